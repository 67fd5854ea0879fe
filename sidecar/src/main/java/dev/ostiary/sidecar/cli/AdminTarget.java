package dev.ostiary.sidecar.cli;

import dev.ostiary.sidecar.Sidecar;
import dev.ostiary.sidecar.StartException;
import dev.ostiary.sidecar.config.Config;
import dev.ostiary.sidecar.config.ConfigException;
import dev.ostiary.sidecar.config.ConfigReader;
import dev.ostiary.sidecar.config.Key;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** The sidecar of a data directory, asked on its admin socket. */
record AdminTarget(Path data) {
  /** Asks the one that runs. */
  <A> A ask(Function<ManagedChannel, A> question) throws InterruptedException {
    Path socket = Config.adminSocket(data);
    if (!Files.exists(socket))
      throw new UserException(
          socket + ": no socket here; expected a running sidecar's data directory");
    ManagedChannel channel = Channels.to(socket);
    try {
      return question.apply(channel);
    } finally {
      channel.shutdownNow().awaitTermination(1, TimeUnit.SECONDS);
    }
  }

  /** Asks the one that runs or, where none does, one that is started for that, without doors. */
  <A> A askOrStart(Function<ManagedChannel, A> question) throws InterruptedException {
    if (isRunning()) return ask(question);
    if (!Files.isDirectory(data.resolve("decisions")))
      throw new UserException(data + ": expected a data directory");
    var flags =
        Map.of(
            Key.DATA, data.toString(),
            Key.BUNDLE, "",
            Key.DEV, "true", // it activates nothing and decides nothing
            Key.SOCKET, "off",
            Key.GRPC, "off",
            Key.HTTP, "off",
            Key.ADMIN, "127.0.0.1:0");
    var silent = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
    try (var _ =
        Sidecar.start(
            ConfigReader.read(ServeCommand.configFile(), System.getenv(), flags), silent)) {
      return ask(question);
    } catch (ConfigException | StartException e) {
      throw new UserException(String.valueOf(e.getMessage()));
    }
  }

  private boolean isRunning() {
    Path socket = Config.adminSocket(data);
    if (!Files.exists(socket)) return false;
    try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      return channel.isConnected();
    } catch (IOException e) {
      return false; // one that was killed left it
    }
  }

  /** What a failed call means to whoever asked. */
  static UserException failed(String what, StatusRuntimeException e) {
    var status = e.getStatus();
    return new UserException(what + ": " + status.getCode() + ": " + status.getDescription());
  }
}
