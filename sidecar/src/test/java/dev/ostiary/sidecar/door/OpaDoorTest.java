package dev.ostiary.sidecar.door;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonWriter;
import dev.ostiary.sidecar.Served;
import dev.ostiary.sidecar.config.Key;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Documents in the forms of MinIO and Trino, answered by the maps in {@code examples/webhooks}. */
final class OpaDoorTest {
  private static final Path EXAMPLES =
      Path.of(System.getProperty("ostiary.root"), "examples", "webhooks");

  @TempDir private Path directory;

  private static String minio(
      String account, String action, String bucket, String object, boolean owner, String claims) {
    return """
    {"input":{"account":"%s","groups":null,"action":"%s","bucket":"%s",
     "conditions":{"Authorization":["AWS4-HMAC-SHA256 Credential=AKIA/2026, Signature=c0ffee"],
                   "CurrentTime":["2026-11-23T12:00:00Z"],"SourceIp":["127.0.0.1"],
                   "username":["%s"]},
     "owner":%s,"object":"%s","claims":%s,"denyOnly":false}}
    """
        .formatted(account, action, bucket, account, owner, object, claims);
  }

  @Test
  void minioGetsItsAnswersByAMap() throws Exception {
    try (var served = serve("minio");
        var asked = new Asked(served)) {
      assertTrue(minio(asked, minio("dan", "s3:GetObject", "lab", "a/b.csv", false, "{}")));
      assertTrue(minio(asked, minio("dan", "s3:ListBucket", "lab", "", false, "{}")));
      assertTrue(minio(asked, minio("ben", "s3:PutObject", "lab", "a/b.csv", false, "{}")));
      assertTrue(minio(asked, minio("root", "admin:ServerInfo", "", "", true, "{}")));
      assertTrue(minio(asked, minio("root", "s3:DeleteObject", "lab", "", true, "{}")));
      String temporary = "{\"sub\":\"dan\",\"exp\":1}";
      assertTrue(minio(asked, minio("TEMPKEY", "s3:GetObject", "lab", "x", false, temporary)));
      assertEquals(false, minio(asked, minio("dan", "s3:PutObject", "lab", "x", false, "{}")));
      assertEquals(false, minio(asked, minio("dan", "s3:GetObject", "other", "x", false, "{}")));
      assertEquals(false, minio(asked, minio("eve", "s3:GetObject", "lab", "x", false, "{}")));
      assertEquals(false, minio(asked, minio("dan", "s3:Unheard", "lab", "x", false, "{}")));
      // Its start-up probe, and what is no document.
      for (String none :
          new String[] {"", "{}", "[]", "{\"input\":{}}", "{\"input\":{\"a\":1,\"a\":2}}"})
        assertEquals(false, minio(asked, none));
      assertEquals(404, asked.post("/v1/data/elsewhere", "{}").statusCode());
    }
  }

  /** By operation, what each question of it is answered for those who read, write, do nothing. */
  private static final Map<String, String> RECORDED =
      Map.of(
          "probe", "no no no",
          "put", "no yes no, no no no",
          "get", "yes yes no, yes yes no, yes yes no",
          "presigned", "yes yes no, yes yes no, yes yes no",
          "list", "yes yes no",
          "list by temporary", "yes yes no",
          "copy", "no yes no, yes yes no, no no no",
          "delete several", "no yes no, no yes no, no yes no");

  @Test
  void whatMinioWasSeenToAskIsAnsweredAndItsCredentialsAreNotWritten() throws Exception {
    Path recorded =
        Path.of(Objects.requireNonNull(OpaDoorTest.class.getResource("minio.jsonl")).toURI());
    var answers = new TreeMap<String, String>();
    try (var served = serve("minio");
        var asked = new Asked(served)) {
      for (String line : Files.readAllLines(recorded)) {
        var row = Asked.object(line);
        String operation = ((Json.Str) Asked.member(row, "operation")).value();
        String document =
            Asked.member(row, "document") instanceof Json.Str
                ? ""
                : JsonWriter.compact(Asked.member(row, "document"));
        assertEquals(!document.isEmpty(), minio(asked, document), operation); // it is the owner's
        var each = new ArrayList<String>();
        for (String person : List.of("dan", "ben", "eve")) {
          String theirs =
              document.replace("rootuser", person).replace("\"owner\":true", "\"owner\":false");
          each.add(minio(asked, theirs) ? "yes" : "no");
        }
        answers.merge(operation, String.join(" ", each), (all, next) -> all + ", " + next);
      }
    }
    assertEquals(new TreeMap<>(RECORDED), answers);
    try (var files = Files.walk(directory.resolve("data/decisions"))) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        for (String secret : List.of("AWS4-HMAC", "c0ffee00", "a-session-token"))
          assertFalse(text.contains(secret), file + " has " + secret);
      }
    }
  }

  private static boolean minio(Asked asked, String document) throws Exception {
    var response = asked.post("/v1/data/minio/authz", document);
    assertEquals(200, response.statusCode(), response.body());
    return ((Json.Bool) Asked.member(Asked.object(response.body()), "result", "allow")).value();
  }

  private static String trino(String user, String operation, String resource) {
    return """
    {"input":{"context":{"identity":{"user":"%s","groups":["lab"]},
              "softwareStack":{"trinoVersion":"468"}},
     "action":{"operation":"%s"%s}}}
    """
        .formatted(user, operation, resource.isEmpty() ? "" : ",\"resource\":" + resource);
  }

  @Test
  void trinoGetsItsAnswersByAMap() throws Exception {
    String table =
        "{\"table\":{\"catalogName\":\"lake\",\"schemaName\":\"hr\",\"tableName\":\"people\","
            + "\"columns\":[%s]}}";
    String schema = "{\"schema\":{\"catalogName\":\"%s\",\"schemaName\":\"hr\"}}";
    try (var served = serve("trino");
        var asked = new Asked(served)) {
      assertTrue(trino(asked, trino("dan", "ExecuteQuery", "")));
      assertTrue(trino(asked, trino("dan", "AccessCatalog", "{\"catalog\":{\"name\":\"lake\"}}")));
      assertTrue(trino(asked, trino("dan", "ShowTables", schema.formatted("lake"))));
      assertTrue(trino(asked, trino("dan", "SelectFromColumns", table.formatted("\"name\""))));
      assertEquals(
          false,
          trino(asked, trino("dan", "SelectFromColumns", table.formatted("\"name\",\"salary\""))));
      assertEquals(false, trino(asked, trino("dan", "ShowTables", schema.formatted("private"))));
      assertEquals(false, trino(asked, trino("dan", "DropSchema", schema.formatted("lake"))));
      assertEquals(false, trino(asked, trino("eve", "ExecuteQuery", "")));
      assertEquals(false, trino(asked, trino("dan", "ShutdownEverything", "")));
    }
  }

  private static boolean trino(Asked asked, String document) throws Exception {
    var response = asked.post("/v1/data/trino/allow", document);
    assertEquals(200, response.statusCode(), response.body());
    return ((Json.Bool) Asked.member(Asked.object(response.body()), "result")).value();
  }

  private Served serve(String bundle) throws Exception {
    return Served.in(directory, Map.of(Key.BUNDLE, EXAMPLES.resolve(bundle).toString()));
  }
}
