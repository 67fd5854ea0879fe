package dev.ostiary.sidecar.bundle;

import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonObject;
import dev.ostiary.cedar.json.JsonWriter;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceException;
import dev.ostiary.sidecar.sign.Envelope;
import dev.ostiary.sidecar.sign.SigningException;
import dev.ostiary.sidecar.sign.TrustedKeys;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the signers of a bundle sign: the digest of each file that is activated. It has one form for
 * the same files, so it is compared as bytes and never read in order to be believed:
 *
 * <pre>{"files":[{"path":"bundle.yaml","sha256":"…"},…]}</pre>
 */
public final class Manifest {
  /** The envelope's file, beside {@code bundle.yaml}. */
  public static final String FILE = "bundle.dsse.json";

  /** The payload type of its envelope. */
  public static final String TYPE = "application/vnd.ostiary.bundle.v1+json";

  private Manifest() {}

  /** The manifest of a bundle's canonical form. */
  public static byte[] of(List<BundleFile> files) {
    var text = new StringBuilder("{\"files\":[");
    String separator = "";
    for (BundleFile file : files) {
      text.append(separator).append("{\"path\":").append(JsonWriter.quoted(file.path()));
      text.append(",\"sha256\":\"").append(sha256(file)).append("\"}");
      separator = ",";
    }
    return text.append("]}").toString().getBytes(StandardCharsets.UTF_8);
  }

  /** An envelope over a bundle's canonical form that nobody has signed yet. */
  public static Envelope unsigned(List<BundleFile> files) {
    return new Envelope(TYPE, of(files), List.of());
  }

  /**
   * Checks that trusted keys signed exactly these files.
   *
   * @param json the envelope as it stands in {@value #FILE}
   * @return which keys did, and with what
   */
  public static Signed check(List<BundleFile> files, byte[] json, TrustedKeys keys)
      throws SigningException {
    var envelope = Envelope.parse(FILE, json);
    var signers = keys.signers(FILE, envelope, TYPE);
    if (!Arrays.equals(envelope.payload(), of(files)))
      throw new SigningException(FILE + ": " + difference(files, envelope.payload()));
    return new Signed(json, signers);
  }

  /** In what a manifest that was signed differs, for people. */
  private static String difference(List<BundleFile> files, byte[] payload) {
    Map<String, String> signed;
    try {
      signed = read(payload);
    } catch (SourceException e) {
      return "expected the canonical manifest of these files, got something else that was signed";
    }
    for (BundleFile file : files) {
      String digest = signed.remove(file.path());
      if (digest == null)
        return "expected the files that were signed; `" + file.path() + "` is not among them";
      if (!digest.equals(sha256(file)))
        return "expected the files that were signed; `" + file.path() + "` has other content";
    }
    if (signed.isEmpty())
      return "expected the manifest in its canonical form, got the same in another one";
    return "expected the files that were signed; `"
        + signed.keySet().iterator().next()
        + "` is missing";
  }

  /** What a manifest says, to be shown: digests in hexadecimal by path. */
  public static Map<String, String> read(byte[] payload) throws SourceException {
    String text = new String(payload, StandardCharsets.UTF_8);
    var files = new TreeMap<String, String>();
    if (Json.parse(new Source("manifest", text)) instanceof JsonObject document
        && document.find("files") instanceof Json.Arr list)
      for (Json element : list.elements())
        if (element instanceof JsonObject file
            && file.find("path") instanceof Json.Str path
            && file.find("sha256") instanceof Json.Str digest)
          files.put(path.value(), digest.value());
    return files;
  }

  private static String sha256(BundleFile file) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(file.content()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }
}
