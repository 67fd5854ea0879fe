package dev.ostiary.sidecar.export;

import static dev.ostiary.sidecar.Served.question;
import static dev.ostiary.sidecar.Served.uid;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ostiary.record.v1.DecisionLogEntry;
import dev.ostiary.record.v1.DecisionRecord;
import dev.ostiary.v1.Decision;
import dev.ostiary.v1.ReasonCode;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** DuckDB reads what we write as Parquet. */
final class ParquetTest {
  private static final String[] TEXTS = {"", "a", "é\n\"", "x".repeat(300), "\u0000", "日本語"};

  @TempDir Path directory;

  /** More rows than one row group takes, of which each value is compared. */
  @Test
  void duckDbReadsEveryValueThatWasWritten() throws Exception {
    long seed = System.nanoTime();
    System.out.println("ParquetTest seed " + seed);
    var random = new SplittableRandom(seed);
    var expected = new ArrayList<String>();
    Path file = directory.resolve("values.parquet");
    var number = new ParquetFile.Column("number", ParquetFile.Kind.NUMBER);
    var text = new ParquetFile.Column("text", ParquetFile.Kind.TEXT);
    var texts = new ParquetFile.Column("texts", ParquetFile.Kind.TEXTS);
    try (OutputStream out = Files.newOutputStream(file);
        var parquet = new ParquetFile(out, List.of(number, text, texts))) {
      for (int i = 0; i < 100_500; i++) {
        long value = random.nextLong() >> random.nextInt(64);
        String one = TEXTS[random.nextInt(TEXTS.length)];
        var several =
            IntStream.range(0, random.nextInt(4))
                .mapToObj(_ -> TEXTS[random.nextInt(TEXTS.length)])
                .toList();
        number.add(value);
        text.add(one);
        texts.add(several);
        parquet.endRow();
        expected.add(value + "|" + one + "|" + several);
      }
    }
    var read = new ArrayList<String>();
    query(
        "select number, text, texts from '" + file + "'",
        row -> {
          var several = new ArrayList<Object>();
          for (Object each : (Object[]) row.getArray(3).getArray()) several.add(each);
          read.add(row.getLong(1) + "|" + row.getString(2) + "|" + several);
        });
    assertEquals(expected, read);
  }

  @Test
  void decisionsAreRowsThatCanBeAskedAbout() throws Exception {
    Path file = directory.resolve("decisions.parquet");
    try (OutputStream out = Files.newOutputStream(file);
        var parquet = new ParquetDecisions(out)) {
      parquet.add(
          4, DecisionLogEntry.newBuilder().setDecision(decision("ada", true, "reads")).build());
      var batch = DecisionLogEntry.newBuilder().setTimeMicros(1_767_225_600_000_001L);
      batch.getBatchBuilder().addItems(decision("ada", false)).addItems(decision("bo", false));
      parquet.add(5, batch.build());
      parquet.add(6, DecisionLogEntry.getDefaultInstance()); // no decision, so no row
    }
    var denied = new ArrayList<String>();
    query(
        "select principal_id, entry, item, epoch_us(time), decision_id, action from '"
            + file
            + "' where decision = 'deny' order by entry, item",
        row ->
            denied.add(
                "%s %d %d %d %s %s"
                    .formatted(
                        row.getString(1),
                        row.getLong(2),
                        row.getLong(3),
                        row.getLong(4),
                        row.getString(5),
                        row.getString(6))));
    assertEquals(
        List.of(
            "ada 5 0 1767225600000001 0102 Action::\"read\"",
            "bo 5 1 1767225600000001 0102 Action::\"read\""),
        denied);
    var byPolicy = new ArrayList<String>();
    query(
        "select policy, count(*) from (select unnest(policy_ids) as policy from '"
            + file
            + "') group by policy",
        row -> byPolicy.add(row.getString(1) + " " + row.getLong(2)));
    assertEquals(List.of("reads 1"), byPolicy);
  }

  private static DecisionRecord decision(String principal, boolean allowed, String... policies) {
    return DecisionRecord.newBuilder()
        .setDecisionId(com.google.protobuf.ByteString.copyFrom(new byte[] {1, 2}))
        .setPrincipal(uid("User", principal))
        .setAction(question().getAction())
        .setResource(uid("Doc", "one"))
        .setDecision(allowed ? Decision.DECISION_ALLOW : Decision.DECISION_DENY)
        .setReasonCode(ReasonCode.REASON_CODE_NO_PERMIT)
        .addAllPolicyIds(List.of(policies))
        .build();
  }

  private interface Row {
    void take(ResultSet row) throws SQLException;
  }

  private static void query(String sql, Row each) throws SQLException {
    try (var connection = DriverManager.getConnection("jdbc:duckdb:");
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      while (rows.next()) each.take(rows);
    }
  }
}
