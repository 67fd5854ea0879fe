package dev.ostiary.log.note;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.NamedParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * What a key signs, and how: the signature types of signed-note that this library knows.
 *
 * @see <a href="https://c2sp.org/signed-note#signature-types">C2SP signed-note, signature types</a>
 */
enum KeyKind {
  /** The note's text, with Ed25519. */
  ED25519(1, "Ed25519", "302a300506032b6570032100", 32, 64, false),
  /** A checkpoint at a time, with Ed25519: a witness's word. */
  COSIGNATURE_V1(4, "Ed25519", "302a300506032b6570032100", 32, 64, true),
  /** A checkpoint at a time, with ML-DSA-44: a witness's word, or a log's second signature. */
  ML_DSA_44(6, "ML-DSA-44", "30820532300b06096086480165030403110382052100", 1312, 2420, true);

  /** Bytes of a private key's seed, whatever the kind. */
  static final int SEED_BYTES = 32;

  private final byte type;
  private final String algorithm;
  private final String der; // what the JDK wants before a public key, in hexadecimal
  private final int keyBytes;
  private final int signatureBytes;
  private final boolean timestamped;

  KeyKind(
      int type,
      String algorithm,
      String der,
      int keyBytes,
      int signatureBytes,
      boolean timestamped) {
    this.type = (byte) type;
    this.algorithm = algorithm;
    this.der = der;
    this.keyBytes = keyBytes;
    this.signatureBytes = signatureBytes;
    this.timestamped = timestamped;
  }

  /** The kind whose keys begin with {@code type}. */
  static Optional<KeyKind> of(byte type) {
    return Arrays.stream(values()).filter(kind -> kind.type == type).findFirst();
  }

  /** First byte of an encoded key. */
  byte type() {
    return type;
  }

  /** The signature algorithm's name in the JDK. */
  String algorithm() {
    return algorithm;
  }

  int keyBytes() {
    return keyBytes;
  }

  /** Whether a signature begins with the time at which it was made. */
  boolean timestamped() {
    return timestamped;
  }

  /** Bytes of a signature in a note, its time included and the key's id not. */
  int signatureBytes() {
    return signatureBytes + (timestamped ? Long.BYTES : 0);
  }

  PublicKey publicKey(byte[] key) throws GeneralSecurityException {
    byte[] prefix = HexFormat.of().parseHex(der);
    var encoded = Arrays.copyOf(prefix, prefix.length + key.length);
    System.arraycopy(key, 0, encoded, prefix.length, key.length);
    return KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(encoded));
  }

  /**
   * The pair that a seed stands for. The JDK derives one only when it generates, so it is given the
   * seed as its randomness.
   */
  KeyPair pair(byte[] seed) throws GeneralSecurityException {
    var pairs = KeyPairGenerator.getInstance(algorithm);
    var random =
        new SecureRandom() {
          @Override
          public void nextBytes(byte[] bytes) {
            System.arraycopy(seed, 0, bytes, 0, bytes.length);
          }
        };
    if (this == ML_DSA_44) pairs.initialize(NamedParameterSpec.ML_DSA_44, random);
    else pairs.initialize(NamedParameterSpec.ED25519, random);
    return pairs.generateKeyPair();
  }

  byte[] publicBytes(PublicKey key) {
    byte[] encoded = key.getEncoded();
    return Arrays.copyOfRange(encoded, encoded.length - keyBytes, encoded.length);
  }

  /**
   * The bytes that are signed.
   *
   * @param name the signer's
   * @param seconds time of the signature, since 1970; 0 for a kind without
   * @param text the note's
   * @throws NoteException if the kind signs checkpoints only and the text is none
   */
  byte[] message(String name, long seconds, String text) throws NoteException {
    return switch (this) {
      case ED25519 -> text.getBytes(StandardCharsets.UTF_8);
      case COSIGNATURE_V1 ->
          ("cosignature/v1\ntime " + seconds + "\n" + text).getBytes(StandardCharsets.UTF_8);
      case ML_DSA_44 -> subtree(name, seconds, Checkpoint.parse(text));
    };
  }

  /** The {@code cosigned_message} of tlog-cosignature, for a whole tree. */
  private static byte[] subtree(String name, long seconds, Checkpoint checkpoint)
      throws NoteException {
    var message = new ByteArrayOutputStream();
    message.writeBytes("subtree/v1\n\0".getBytes(StandardCharsets.US_ASCII));
    shortString(message, name);
    message.writeBytes(ByteBuffer.allocate(Long.BYTES).putLong(seconds).array());
    shortString(message, checkpoint.origin());
    message.writeBytes(
        ByteBuffer.allocate(2 * Long.BYTES).putLong(0).putLong(checkpoint.size()).array());
    message.writeBytes(checkpoint.root().bytes());
    return message.toByteArray();
  }

  private static void shortString(ByteArrayOutputStream message, String text) throws NoteException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length == 0 || bytes.length > 255) {
      throw new NoteException(
          "expected a name of at most 255 bytes for ML-DSA-44, got " + bytes.length);
    }
    message.write(bytes.length);
    message.writeBytes(bytes);
  }
}
