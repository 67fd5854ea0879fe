package dev.ostiary.sidecar.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.sidecar.Served;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BundleSignTest {
  /** Verifies the envelope in argv[1] by the key in argv[2], then signs it anew by argv[3]'s. */
  private static final String SECURESYSTEMSLIB =
      """
      import json, sys
      from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
      from securesystemslib.dsse import Envelope
      from securesystemslib.signer import CryptoSigner, SSlibKey

      read = json.load(open(sys.argv[1]))
      name = read["signatures"][0]["keyid"]
      key = SSlibKey.from_crypto(load_pem_public_key(open(sys.argv[2], "rb").read()), keyid=name)
      envelope = Envelope.from_dict(read)
      envelope.verify([key], 1)
      signer = CryptoSigner(load_pem_private_key(open(sys.argv[3], "rb").read(), None))
      other = Envelope(envelope.payload, envelope.payload_type, {})
      other.sign(signer)
      json.dump(other.to_dict(), open(sys.argv[1], "w"))
      """;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir private Path directory;
  private Path bundle;
  private Path key;

  @BeforeEach
  void write() throws Exception {
    Served.writeBundle(directory, 1, "");
    bundle = directory.resolve("bundle");
    key = directory.resolve("key");
    assertEquals(0, run("keygen", key.toString()));
  }

  @Test
  void aKeyIsItsOwnersAloneAndReplacesNone() throws Exception {
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(key)));
    byte[] before = Files.readAllBytes(key);
    assertEquals(2, run("keygen", key.toString()));
    assertTrue(err.toString().contains("expected no file there"), err.toString());
    assertEquals(
        java.util.Arrays.toString(before), java.util.Arrays.toString(Files.readAllBytes(key)));
  }

  @Test
  void signersSignOneAfterTheOtherAndAChangeAsksAllOfThemAgain() throws Exception {
    Path second = directory.resolve("second");
    assertEquals(0, run("keygen", second.toString()));
    Path both = directory.resolve("both.pub");
    Files.writeString(both, Files.readString(directory.resolve("key.pub")));
    Files.writeString(
        both,
        Files.readString(directory.resolve("second.pub")),
        java.nio.file.StandardOpenOption.APPEND);
    String[] verify = {"verify", bundle.toString(), "--keys", both.toString(), "--threshold", "2"};
    assertEquals(0, run("sign", bundle.toString(), "--key", key.toString()));
    assertEquals(1, run(verify));
    assertEquals(0, run("sign", bundle.toString(), "--key", second.toString()));
    assertEquals(0, run(verify), err.toString());
    assertEquals(0, run("inspect", bundle.toString()));
    assertEquals(2, out.toString().lines().filter(line -> line.startsWith("key ")).count());
    Served.writeBundle(directory, 2, "");
    assertEquals(1, run(verify));
    assertEquals(0, run("sign", bundle.toString(), "--key", second.toString()));
    assertEquals(1, run(verify), "the first has not seen what changed");
  }

  @Test
  void whatCannotBeActivatedIsNotSigned() throws Exception {
    Served.writeBundle(directory, 1, "@id(\"broken\") permit (principal, action, resource\n");
    assertEquals(1, run("sign", bundle.toString(), "--key", key.toString()));
    assertTrue(err.toString().contains("docs.cedar:"), err.toString());
    assertEquals(2, run("inspect", bundle.toString()));
    assertTrue(err.toString().contains("the bundle is not signed"), err.toString());
    assertEquals(2, run("sign", bundle.toString(), "--key", directory + "/key.pub"));
    assertTrue(err.toString().contains("expected `PRIVATE KEY` in PEM"), err.toString());
  }

  @Test
  void opensslsKeysAndAnotherImplementationOfDsseAgree() throws Exception {
    require("securesystemslib (pip)", "python3", "-c", "import cryptography, securesystemslib");
    require("openssl (apt)", "openssl", "version");
    Path other = directory.resolve("openssl");
    tool("openssl", "genpkey", "-algorithm", "ed25519", "-out", other.toString());
    tool("openssl", "pkey", "-in", other.toString(), "-pubout", "-out", other + ".pub");
    Path script = Files.writeString(directory.resolve("dsse.py"), SECURESYSTEMSLIB);
    Path envelope = bundle.resolve("bundle.dsse.json");
    // Ours, by a key of OpenSSL's, is valid there; theirs, by ours, is valid here.
    assertEquals(0, run("sign", bundle.toString(), "--key", other.toString()), err.toString());
    tool("python3", script.toString(), envelope.toString(), other + ".pub", key.toString());
    String[] verify = {"verify", bundle.toString(), "--keys"};
    assertEquals(0, run(verify[0], verify[1], verify[2], key + ".pub"), err.toString());
    assertEquals(1, run(verify[0], verify[1], verify[2], other + ".pub"));
  }

  private static void require(String tool, String... command) throws Exception {
    boolean there;
    try {
      there = new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
    } catch (java.io.IOException e) {
      there = false;
    }
    if (Boolean.getBoolean("ostiary.require-tools")) assertTrue(there, tool + " is required");
    else Assumptions.assumeTrue(there, tool + " is not installed");
  }

  private static void tool(String... command) throws Exception {
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(1, TimeUnit.MINUTES), "it does not end");
    assertEquals(0, process.exitValue(), String.join(" ", command) + "\n" + output);
  }

  private int run(String... arguments) {
    var all = new String[arguments.length + 1];
    all[0] = "bundle";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return Main.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(all);
  }
}
