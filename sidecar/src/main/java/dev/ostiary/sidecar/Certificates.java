package dev.ostiary.sidecar;

import dev.ostiary.sidecar.config.Config;
import dev.ostiary.sidecar.config.TlsSettings;
import dev.ostiary.sidecar.identity.CertificateFiles;
import dev.ostiary.sidecar.identity.Credentials;
import dev.ostiary.sidecar.identity.Tls;
import dev.ostiary.sidecar.identity.WorkloadApi;
import dev.ostiary.sidecar.metrics.Meters;
import io.netty.channel.EventLoopGroup;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The credentials of the listeners, kept up to date from files or from an agent. */
final class Certificates implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Journal journal;
  private final Optional<CertificateFiles> files;
  private final Optional<WorkloadApi> agent;
  private final Tls tls;
  private String said = "";

  /**
   * Waits for the first credentials; empty where none are configured.
   *
   * @param loops epoll event loops, for an agent
   * @throws StartException where there are none, in one line
   */
  static Optional<Certificates> open(
      Config config, EventLoopGroup loops, Journal journal, Meters meters) throws StartException {
    if (config.tls().isEmpty()) return Optional.empty();
    var kept = new Certificates(config.tls().get(), loops, journal);
    meters.gauge(
        "ostiary.certificate.expires",
        "when the certificate that callers see expires, in seconds since 1970",
        kept,
        each -> each.tls.expires().getEpochSecond());
    return Optional.of(kept);
  }

  private Certificates(TlsSettings settings, EventLoopGroup loops, Journal journal)
      throws StartException {
    this.journal = journal;
    switch (settings) {
      case TlsSettings.Files(var certificate, var key, var trust) -> {
        var read = new CertificateFiles(certificate, key, trust);
        this.files = Optional.of(read);
        this.agent = Optional.empty();
        try {
          this.tls = new Tls(read.changed().orElseThrow());
        } catch (CertificateException e) {
          throw new StartException(String.valueOf(e.getMessage()));
        }
      }
      case TlsSettings.Agent(var socket) -> {
        var first = new CompletableFuture<Tls>();
        this.files = Optional.empty();
        this.agent =
            Optional.of(new WorkloadApi(socket, loops, told -> use(first, told), journal::say));
        try {
          this.tls = first.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
          close();
          throw new StartException("the Workload API at " + socket + " told of no certificate");
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          close();
          throw new StartException("interrupted");
        }
      }
    }
  }

  private void use(CompletableFuture<Tls> first, Credentials told) {
    if (first.isDone()) first.join().use(told);
    else first.complete(new Tls(told));
    journal.say("certificate in use until " + told.chain().getFirst().getNotAfter().toInstant());
  }

  Tls tls() {
    return tls;
  }

  /** Looks whether files were replaced. What cannot be used is said once. Blocks. */
  synchronized void look() {
    if (files.isEmpty()) return;
    try {
      var changed = files.get().changed();
      if (changed.isPresent()) {
        tls.use(changed.get());
        said = "";
        journal.say(
            "certificate in use until "
                + changed.get().chain().getFirst().getNotAfter().toInstant());
      }
    } catch (CertificateException e) {
      String message = String.valueOf(e.getMessage());
      if (!message.equals(said)) journal.say("the certificate stays as it was: " + message);
      said = message;
    }
  }

  @Override
  public void close() {
    agent.ifPresent(WorkloadApi::close);
  }
}
