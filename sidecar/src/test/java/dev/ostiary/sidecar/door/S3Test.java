package dev.ostiary.sidecar.door;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.log.store.Seaweed;
import dev.ostiary.record.v1.BatchRecord;
import dev.ostiary.record.v1.DecisionLogEntry;
import dev.ostiary.record.v1.PrincipalProof;
import dev.ostiary.sidecar.Served;
import dev.ostiary.sidecar.config.Key;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real Envoy with {@code docker/envoy/s3.yaml} in front of the real SeaweedFS, used with the
 * real boto3 by the map in {@code examples/s3}.
 */
final class S3Test {
  private static final Path ROOT = Path.of(System.getProperty("ostiary.root"));
  private static final List<String> KEYS =
      List.of("ANAFORTRAINING", "ANAFOREXPLORING", "MIAASSTEWARD", "EVEFORTRAINING");

  /** Ana is of the project vision, Mia a steward, Eve of nothing. */
  private static final String OUTCOMES =
      """
      ana, list: done
      ana, get: done
      ana, stat: done
      ana, put: done
      ana, put for all: unknown_route
      ana, link: done
      ana, link to put: done
      ana, copy: done
      ana, copy a dataset: done
      ana, copy what may not be read: denied
      ana, copy to elsewhere: denied
      ana, delete: done
      ana, delete several: done
      ana, delete several of two projects: denied
      ana, begin parts: done
      ana, put a part: done
      ana, copy a part: done
      ana, copy a part of what may not be read: denied
      ana, list parts: done
      ana, complete parts: done
      ana, abort parts: done
      eve, list: denied
      eve, get: denied
      eve, stat: denied
      eve, put: denied
      eve, put for all: unknown_route
      eve, link: denied
      eve, link to put: denied
      eve, copy: denied
      eve, copy a dataset: denied
      eve, copy what may not be read: denied
      eve, copy to elsewhere: denied
      eve, delete: denied
      eve, delete several: denied
      eve, delete several of two projects: denied
      eve, begin parts: denied
      eve, put a part: denied
      eve, copy a part: denied
      eve, copy a part of what may not be read: denied
      eve, list parts: denied
      eve, complete parts: denied
      eve, abort parts: denied
      mia, list versions: done
      mia, get a version: done
      mia, copy a version: path_not_normalized
      mia, delete a version: done
      mia, delete versions: done
      ana, list versions: denied
      ana, get a version: denied
      ana, copy a version: path_not_normalized
      ana, delete a version: denied
      ana, delete versions: denied
      ana, read street: done
      ana, list street: done
      ana, list what begins with s: denied
      ana, list all: denied
      ana, link to street: denied
      ana exploring, read street: denied
      ana exploring, list street: denied
      ana exploring, list what begins with s: denied
      ana exploring, list all: denied
      ana exploring, link to street: denied
      mia, read street: done
      mia, list street: done
      mia, list what begins with s: done
      mia, list all: done
      mia, link to street: denied
      ana, tags: unknown_route
      ana, acl: unknown_route
      ana, buckets: unknown_route
      ana, new bucket: unknown_route
      ana, delete bucket: unknown_route
      ana, outside: unknown_route
      ana, uploads: unknown_route
      ana, dots: path_not_normalized
      ana, source with dots: path_not_normalized
      ana, link for a day: denied
      ana, link with another argument: unknown_route
      ana, link with an argument twice: duplicated_input
      ana, encoded slash: path_not_normalized
      ana, link and header: duplicated_input
      nobody, read: malformed_request
      forger, read: SignatureDoesNotMatch
      forger, delete several: SignatureDoesNotMatch
      stranger, read: malformed_request
      forger, link: 403
      left audio/1 vision/a&b vision/b vision/c vision/copy vision/gone vision/new one+ vision/old \
      vision/parts vision/put vision/read
      """;

  @TempDir private Path directory;

  @Test
  void everyOperationIsDecidedAndWhatIsUnknownIsDenied() throws Exception {
    Envoy.require();
    Seaweed.require();
    requireBoto();
    String bundle = ROOT.resolve("examples/s3").toString();
    try (var store = new Seaweed(directory.resolve("store"), KEYS);
        var served = Served.in(directory, Map.of(Key.BUNDLE, bundle));
        var gateway =
            Gateway.start((port, _) ->
                Envoy.start(
                    directory,
                    "s3.yaml",
                    port,
                    Map.of(8333, store.endpoint().getPort()),
                    served))) {
      String front = "http://127.0.0.1:" + gateway.port();
      assertEquals(OUTCOMES, python(script().toString(), front, store.endpoint().toString()));
      assertWritten(served.entries());
    }
    assertNoCredential(directory.resolve("data"));
  }

  /** What is asked for several is one entry, with a decision for each. */
  private static void assertWritten(List<DecisionLogEntry> entries) {
    var several = new TreeSet<String>();
    for (var entry : entries) if (entry.hasBatch()) several.add(decisions(entry.getBatch()));
    assertTrue(
        several.containsAll(
            List.of(
                "copy-source vision/read true, copy-target vision/copy true",
                "copy-source faces false, copy-target vision/copy true",
                "copy-source vision/read true, copy-target audio/copy false",
                "delete-many vision/a&b true, delete-many vision/b true",
                "delete-many vision/c true, delete-many audio/1 false")),
        several.toString());
    var single = new TreeSet<String>();
    for (var entry : entries) {
      if (!entry.hasDecision()) continue;
      var proof = entry.getDecision().getPrincipalProof();
      assertEquals(PrincipalProof.PRINCIPAL_PROOF_BACKEND, proof);
      single.add(entry.getDecision().getAction().getId());
    }
    assertEquals(
        new TreeSet<>(
            List.of(
                "delete",
                "delete-many",
                "delete-many-versions",
                "delete-version",
                "get",
                "get-presigned",
                "get-version",
                "list",
                "list-versions",
                "multipart-abort",
                "multipart-complete",
                "multipart-part",
                "multipart-parts",
                "multipart-start",
                "put",
                "put-presigned",
                "stat")),
        single);
  }

  private static String decisions(BatchRecord batch) {
    return String.join(
        ", ",
        batch.getItemsList().stream()
            .map(item ->
                item.getAction().getId()
                    + " "
                    + item.getResource().getId()
                    + " "
                    + (item.getDecision() == dev.ostiary.v1.Decision.DECISION_ALLOW))
            .toList());
  }

  private static void assertNoCredential(Path data) throws IOException {
    try (var files = Files.walk(data)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        for (String secret : List.of("AWS4-HMAC", "aws4_request", "X-Amz-Signature"))
          assertTrue(file.endsWith("facts") || !text.contains(secret), file + " has " + secret);
      }
    }
  }

  private static Path script() throws Exception {
    return Path.of(
        java.util.Objects.requireNonNull(S3Test.class.getResource("s3_operations.py")).toURI());
  }

  private static void requireBoto() throws Exception {
    if (start("-c", "import boto3").waitFor() == 0) return;
    String absent = "needs boto3: pip package boto3";
    if (Boolean.getBoolean("ostiary.require-tools")) Assertions.fail(absent);
    Assumptions.abort(absent);
  }

  private static String python(String... arguments) throws Exception {
    var process = start(arguments);
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), output);
    return output;
  }

  private static Process start(String... arguments) throws IOException {
    var command = new java.util.ArrayList<>(List.of("python3"));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }
}
