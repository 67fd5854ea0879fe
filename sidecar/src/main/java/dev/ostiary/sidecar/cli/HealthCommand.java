package dev.ostiary.sidecar.cli;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code ostiary health}: what an orchestrator runs in the sidecar's container, where the admin
 * port is on loopback and no shell is there.
 */
@Command(
    name = "health",
    description = "Ask a running sidecar whether it can decide and write.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:it can",
      "1:it runs and cannot, and says why",
      "2:no answer, or wrong usage"
    },
    mixinStandardHelpOptions = true)
final class HealthCommand implements Callable<Integer> {
  private static final int UNREADY = 1;
  private static final int MAX_BYTES = 4_096;

  @Spec private CommandSpec spec = CommandSpec.create(); // replaced before it runs

  @Option(
      names = "--admin",
      paramLabel = "HOST:PORT",
      description = "The sidecar's admin address; ${DEFAULT-VALUE} without it.")
  private String admin = "127.0.0.1:7472";

  @Option(names = "--live", description = "Ask only whether the process runs.")
  private boolean live;

  @Option(
      names = "--timeout",
      paramLabel = "MILLISECONDS",
      description = "How long to wait for the answer; ${DEFAULT-VALUE} without it.")
  private int timeoutMillis = 2_000;

  @Override
  public Integer call() {
    if (!admin.matches(".+:[0-9]{1,5}"))
      throw new UserException("--admin: expected HOST:PORT, got `" + admin + "`");
    if (timeoutMillis <= 0)
      throw new UserException("--timeout: expected a number above 0, got `" + timeoutMillis + "`");
    try {
      var url = URI.create("http://" + admin + (live ? "/healthz" : "/readyz")).toURL();
      var asked = (HttpURLConnection) url.openConnection();
      asked.setConnectTimeout(timeoutMillis);
      asked.setReadTimeout(timeoutMillis);
      boolean well = asked.getResponseCode() == HttpURLConnection.HTTP_OK;
      try (var body = well ? asked.getInputStream() : asked.getErrorStream()) {
        var text = body == null ? "" : text(body.readNBytes(MAX_BYTES));
        spec.commandLine().getOut().println(text);
      }
      return well ? 0 : UNREADY;
    } catch (IOException | IllegalArgumentException e) {
      throw new UserException(
          "no answer from " + admin + " in " + timeoutMillis + " ms: " + e.getMessage());
    }
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8).strip();
  }
}
