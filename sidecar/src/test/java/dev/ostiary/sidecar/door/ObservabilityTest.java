package dev.ostiary.sidecar.door;

import static dev.ostiary.sidecar.Served.question;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import dev.ostiary.sidecar.Served;
import dev.ostiary.sidecar.config.Key;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Prometheus, Grafana and a log collector make of a sidecar. */
final class ObservabilityTest {
  private static final Path FILES =
      Path.of(System.getProperty("ostiary.root"), "docker", "observability");
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String SPAN = "b7ad6b7169203331";

  @TempDir private static Path directory;
  private static Served served;

  @BeforeAll
  static void start() throws Exception {
    Served.writeBundle(directory, 1, "");
    served = Served.in(directory, Map.of(Key.OUTPUT, "json"));
    var headers = new Metadata();
    headers.put(
        Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER),
        "00-" + TRACE + "-" + SPAN + "-01");
    served
        .client()
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
        .check(question().build());
  }

  @AfterAll
  static void stop() {
    served.close();
  }

  @Test
  void everyMetricThatRulesAndDashboardNameIsExported() throws Exception {
    String metrics = metrics("");
    var named = new TreeSet<String>();
    for (String file : List.of("rules.yml", "dashboard.json")) {
      var names = Pattern.compile("\\bostiary_[a-z0-9_]+").matcher(read(file));
      while (names.find()) named.add(names.group());
    }
    assertTrue(named.size() > 15, named.toString());
    named.removeIf(name ->
        metrics.lines().anyMatch(l -> l.startsWith(name + " ") || l.startsWith(name + "{")));
    assertEquals(List.of(), List.copyOf(named));
  }

  @Test
  void everyReasonThatARuleNamesIsOneThatIsExported() throws Exception {
    String metrics = metrics("");
    var reasons = Pattern.compile("reason=\"[a-z_]+\"").matcher(read("rules.yml"));
    int found = 0;
    while (reasons.find()) {
      found++;
      assertTrue(metrics.contains(reasons.group()), reasons.group());
    }
    assertTrue(found >= 3);
  }

  @Test
  void aLatencyBucketNamesATraceInOpenMetrics() throws Exception {
    String metrics = metrics("application/openmetrics-text; version=1.0.0");
    assertTrue(metrics.endsWith("# EOF\n"), metrics);
    var exemplar =
        metrics.lines().filter(line -> line.startsWith("ostiary_decision_latency_seconds_bucket"));
    assertTrue(
        exemplar.anyMatch(line ->
            line.contains("trace_id=\"" + TRACE + "\"") && line.contains("span_id=\"" + SPAN)),
        metrics);
  }

  @Test
  void everyLineOfTheOutputIsAnObjectOfTimeLevelAndMessage() {
    var levels = new TreeSet<String>();
    for (String line : served.journal().lines().toList()) {
      var event = JsonParser.parseString(line).getAsJsonObject();
      java.time.Instant.parse(event.get("time").getAsString());
      levels.add(event.get("level").getAsString());
      assertTrue(!event.get("message").getAsString().isEmpty(), line);
    }
    assertEquals("[info, warning]", levels.toString());
  }

  @Test
  void promtoolFindsTheRulesGoodAndTheyFireWhenTheyShould() throws Exception {
    promtool("check", "rules", "rules.yml");
    promtool("test", "rules", "rules_test.yml");
  }

  private static void promtool(String... arguments) throws Exception {
    var command = new ArrayList<String>(List.of("promtool"));
    command.addAll(List.of(arguments));
    Process process;
    try {
      process =
          new ProcessBuilder(command).directory(FILES.toFile()).redirectErrorStream(true).start();
    } catch (java.io.IOException e) {
      String absent = "promtool (apt prometheus) is not installed";
      assertTrue(!Boolean.getBoolean("ostiary.require-tools"), absent);
      Assumptions.abort(absent);
      return;
    }
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(1, TimeUnit.MINUTES), "it does not end");
    assertEquals(0, process.exitValue(), output);
  }

  private static String read(String file) throws Exception {
    return Files.readString(FILES.resolve(file));
  }

  private static String metrics(String accept) throws Exception {
    var uri = URI.create("http://" + served.sidecar().adminAddress() + "/metrics");
    var request = HttpRequest.newBuilder(uri);
    if (!accept.isEmpty()) request.header("Accept", accept);
    try (var http = HttpClient.newHttpClient()) {
      return http.send(request.build(), BodyHandlers.ofString()).body();
    }
  }
}
