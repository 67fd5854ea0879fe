package dev.ostiary.sidecar;

import dev.ostiary.sidecar.config.Config;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The event loops. Unix sockets have their own, so that whoever asks there does not wait behind
 * what comes by TCP, however much that is.
 *
 * @param vertx with the loops of TCP listeners and the threads that may wait
 * @param sockets the loops of Unix sockets
 */
record Loops(Vertx vertx, EventLoopGroup sockets) {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  static Loops open(Config config) throws StartException {
    // Its cache of files would want a directory that can be written, which an image may not have.
    var files =
        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false);
    var options = new VertxOptions().setPreferNativeTransport(true).setFileSystemOptions(files);
    int processors = Runtime.getRuntime().availableProcessors();
    int threads = config.threads() > 0 ? config.threads() : processors;
    options.setEventLoopPoolSize(threads);
    var vertx = Vertx.builder().with(options).build();
    if (!vertx.isNativeTransportEnabled()) {
      var _ = vertx.close();
      throw new StartException("expected Linux on x86-64, whose epoll transport carries the doors");
    }
    return new Loops(
        vertx,
        new MultiThreadIoEventLoopGroup(
            threads, new DefaultThreadFactory("ostiary-socket"), EpollIoHandler.newFactory()));
  }

  /** Those that accept connections. */
  EventLoopGroup acceptors() {
    return ((VertxInternal) vertx).acceptorEventLoopGroup();
  }

  /** Those that serve TCP. */
  EventLoopGroup tcp() {
    return ((VertxInternal) vertx).nettyEventLoopGroup();
  }

  /** Stops all of them. Blocks. */
  void close(Journal journal) {
    var stopped = sockets.shutdownGracefully(0, PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    try {
      vertx
          .close()
          .toCompletionStage()
          .toCompletableFuture()
          .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      stopped.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      journal.say("event loops did not stop: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
