package dev.ostiary.sidecar.sign;

import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonObject;
import dev.ostiary.cedar.json.JsonWriter;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * A DSSE envelope: bytes of a type, and signatures over both. What it holds is believed only after
 * {@link TrustedKeys#signers}.
 *
 * @param payloadType says what the payload is; it is signed too
 * @param payload what is signed
 * @param signatures at most {@value #MAX_SIGNATURES}
 * @see <a href="https://github.com/secure-systems-lab/dsse/blob/v1.0.2/envelope.md">DSSE 1.0.2</a>
 */
@SuppressWarnings("ArrayRecordComponent")
public record Envelope(String payloadType, byte[] payload, List<Signature> signatures) {
  /** The most bytes that an envelope may have. */
  public static final int MAX_BYTES = 4 << 20;

  private static final int MAX_SIGNATURES = 32;
  private static final int DEPTH = 8;

  /**
   * One signature.
   *
   * @param keyId which key it claims to be by; not signed, so never believed
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Signature(String keyId, byte[] bytes) {}

  public Envelope {
    signatures = List.copyOf(signatures);
  }

  /**
   * Reads the JSON form. Members that are not known are ignored, as the specification asks; one
   * that comes twice is refused.
   *
   * @param name what errors call it
   */
  public static Envelope parse(String name, byte[] json) throws SigningException {
    if (json.length > MAX_BYTES)
      throw new SigningException(name + ": expected at most " + MAX_BYTES + " bytes");
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json)).toString();
      var document = object(name, Json.parse(new Source(name, text), DEPTH));
      var signatures = new ArrayList<Signature>();
      if (!(document.find("signatures") instanceof Json.Arr list)
          || list.elements().size() > MAX_SIGNATURES)
        throw expected(name, "`signatures`, a list of at most " + MAX_SIGNATURES);
      for (Json element : list.elements()) {
        var signature = object(name, element);
        String keyId = signature.find("keyid") == null ? "" : string(name, signature, "keyid");
        signatures.add(new Signature(keyId, base64(name, signature, "sig")));
      }
      String type = string(name, document, "payloadType");
      return new Envelope(type, base64(name, document, "payload"), signatures);
    } catch (CharacterCodingException e) {
      throw expected(name, "UTF-8");
    } catch (SourceException e) {
      throw new SigningException(e.errors().getFirst().toString());
    }
  }

  private static JsonObject object(String name, Json json) throws SigningException {
    if (!(json instanceof JsonObject object)) throw expected(name, "an object");
    if (object.repeated() >= 0)
      throw expected(name, "`" + object.name(object.repeated()) + "` once");
    return object;
  }

  private static String string(String name, JsonObject object, String member)
      throws SigningException {
    if (object.find(member) instanceof Json.Str text) return text.value();
    throw expected(name, "`" + member + "`, a string");
  }

  private static byte[] base64(String name, JsonObject object, String member)
      throws SigningException {
    String text = string(name, object, member);
    // Both alphabets are allowed.
    var decoder =
        text.indexOf('-') >= 0 || text.indexOf('_') >= 0
            ? Base64.getUrlDecoder()
            : Base64.getDecoder();
    try {
      return decoder.decode(text);
    } catch (IllegalArgumentException e) {
      throw expected(name, "`" + member + "` in base64");
    }
  }

  private static SigningException expected(String name, String what) {
    return new SigningException(name + ": expected a DSSE envelope with " + what);
  }

  /** The JSON form, with a line feed at its end. */
  public byte[] json() {
    var base64 = Base64.getEncoder();
    var text = new StringBuilder("{\"payloadType\":").append(JsonWriter.quoted(payloadType));
    text.append(",\n\"payload\":\"").append(base64.encodeToString(payload));
    text.append("\",\n\"signatures\":[");
    String separator = "\n";
    for (var signature : signatures) {
      text.append(separator).append("{\"keyid\":").append(JsonWriter.quoted(signature.keyId()));
      text.append(",\"sig\":\"").append(base64.encodeToString(signature.bytes())).append("\"}");
      separator = ",\n";
    }
    return text.append("]}\n").toString().getBytes(StandardCharsets.UTF_8);
  }

  /** The same with one signature more, in place of one by the same key. */
  public Envelope with(Signature added) {
    var all = new ArrayList<>(signatures);
    all.removeIf(signature -> signature.keyId().equals(added.keyId()));
    all.add(added);
    return new Envelope(payloadType, payload, all);
  }

  /** What is signed: both parts with their lengths, so that neither can be taken for the other. */
  public byte[] preAuthenticationEncoding() {
    byte[] type = payloadType.getBytes(StandardCharsets.UTF_8);
    var encoding = new ByteArrayOutputStream(payload.length + type.length + 40);
    encoding.writeBytes(ascii("DSSEv1 " + type.length + " "));
    encoding.writeBytes(type);
    encoding.writeBytes(ascii(" " + payload.length + " "));
    encoding.writeBytes(payload);
    return encoding.toByteArray();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
