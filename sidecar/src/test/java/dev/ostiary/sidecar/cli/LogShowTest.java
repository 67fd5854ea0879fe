package dev.ostiary.sidecar.cli;

import static dev.ostiary.sidecar.Served.question;
import static dev.ostiary.sidecar.Served.uid;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.sidecar.Served;
import dev.ostiary.v1.CheckBatchRequest;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code ostiary log show} on a log of one start, one activation, four decisions and an end. */
final class LogShowTest {
  @TempDir static Path directory;

  @BeforeAll
  static void ask() throws Exception {
    Served.writeBundle(directory, 1, "");
    try (var served = Served.in(directory)) {
      var client = served.client();
      client.check(question().setCorrelationId("first").build()); // 2: allow
      client.check(question().setAction(uid("Action", "erase")).build()); // 3: deny
      client.check(question().setPrincipal(uid("User", "bob")).build()); // 4: deny, unknown
      client.checkBatch( // 5
          CheckBatchRequest.newBuilder()
              .addRequests(question().setResource(uid("Site", "all")))
              .addRequests(question().setAction(uid("Action", "erase")).setCorrelationId("item"))
              .build());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --principal User::"ada"                         | 2,3,5
          --principal User::"bob"                         | 4
          --principal User::"nobody"                      |
          --action Action::"erase"                        | 3,5
          --resource Site::"all"                          | 5
          --resource Site::"all" --action Action::"erase" |
          --decision allow                                | 2,5
          --decision deny                                 | 3,4,5
          --decision allow --action Action::"erase"       |
          --policy reads                                  | 2,5
          --policy strictly                               |
          --correlation first                             | 2
          --correlation item --decision deny              | 5
          --since 2020-01-01T00:00:00Z                    | 0,1,2,3,4,5,6
          --until 2020-01-01T00:00:00Z                    |
          --decision deny --limit 1                       | 3
          --decision deny --from 4                        | 4,5
          """)
  void aFilterShowsTheRecordsToWhichAllOfItApplies(String words, String indices) throws Exception {
    var expected = indices == null ? List.<String>of() : Arrays.asList(indices.split(","));
    assertEquals(expected, indices(words.strip().split(" +")));
    assertEquals(expected, jsonIndices(words.strip().split(" +")));
  }

  @Test
  void theTimeOfOneRecordPartsTheLog() throws Exception {
    String time = show("--from", "3", "--limit", "1").split(" ", 3)[1];
    assertEquals(List.of("0", "1", "2"), indices("--until", time));
    String next = Instant.parse(time).plusNanos(1_000).toString();
    assertEquals(List.of("4", "5", "6"), indices("--since", next));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --decision maybe | --decision: expected allow or deny, got `maybe`
          --since today    | --since: expected a time such as 2026-01-31T12:00:00Z, got `today`
          --principal ada  | --principal:1:
          """)
  void aWrongFilterIsNamed(String words, String fault) {
    var err = new StringWriter();
    int code = run(new StringWriter(), err, words.split(" "));
    assertEquals(2, code);
    assertTrue(err.toString().startsWith("ostiary: " + fault), err.toString());
  }

  private static List<String> indices(String... words) {
    return show(words)
        .lines()
        .filter(line -> !line.startsWith(" ")) // items of a batch
        .map(line -> line.substring(0, line.indexOf(' ')))
        .toList();
  }

  private static List<String> jsonIndices(String... words) throws Exception {
    var all = Stream.concat(Stream.of("--json"), Stream.of(words)).toArray(String[]::new);
    var lines = show(all).lines().toList();
    for (String line : lines) Json.parse(new Source("line", line));
    return lines.stream()
        .map(line -> line.substring("{\"index\":\"".length(), line.indexOf("\",")))
        .toList();
  }

  private static String show(String... words) {
    var out = new StringWriter();
    var err = new StringWriter();
    assertEquals(0, run(out, err, words), err.toString());
    return out.toString();
  }

  private static int run(StringWriter out, StringWriter err, String... words) {
    var all =
        Stream.concat(
                Stream.of("log", "show", directory.resolve("data").toString()), Stream.of(words))
            .toArray(String[]::new);
    return Main.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(all);
  }
}
