package dev.ostiary.log.note;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/**
 * The public part of a key that signs notes: {@code NAME+HASH+BASE64}.
 *
 * @see <a href="https://c2sp.org/signed-note">C2SP signed-note</a>
 */
public final class VerifierKey {
  private static final byte ED25519 = 1;
  private static final byte[] ED25519_DER = HexFormat.of().parseHex("302a300506032b6570032100");

  private final String name;
  private final byte[] key; // 32 bytes as RFC 8032 has them
  private final int id;
  private final PublicKey publicKey;

  /** The Ed25519 key of these 32 bytes under {@code name}. */
  static VerifierKey ed25519(String name, byte[] key) throws NoteException {
    return new VerifierKey(name, key);
  }

  private VerifierKey(String name, byte[] key) throws NoteException {
    if (!isName(name)) {
      throw new NoteException("expected a key name without spaces and `+`, got `" + name + "`");
    }
    this.name = name;
    this.key = key.clone();
    this.id = id(name, ED25519, key);
    var der = Arrays.copyOf(ED25519_DER, ED25519_DER.length + key.length);
    System.arraycopy(key, 0, der, ED25519_DER.length, key.length);
    try {
      this.publicKey =
          KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(der));
    } catch (GeneralSecurityException e) {
      throw new NoteException("expected an Ed25519 public key for `" + name + "`");
    }
  }

  /**
   * Reads {@code NAME+HASH+BASE64}.
   *
   * @throws NoteException if it is not one, or its hash is not that of its key
   */
  public static VerifierKey parse(String text) throws NoteException {
    String[] parts = text.strip().split("\\+", 3);
    if (parts.length != 3)
      throw new NoteException("expected NAME+HASH+BASE64, got `" + text.strip() + "`");
    byte[] typed;
    try {
      typed = Base64.getDecoder().decode(parts[2]);
    } catch (IllegalArgumentException e) {
      throw new NoteException("expected a key in base64, got `" + parts[2] + "`");
    }
    if (typed.length != 33 || typed[0] != ED25519) {
      throw new NoteException(
          "expected an Ed25519 key of 33 bytes, got " + typed.length + " bytes");
    }
    var key = new VerifierKey(parts[0], Arrays.copyOfRange(typed, 1, typed.length));
    if (!HexFormat.of().toHexDigits(key.id).equals(parts[1])) {
      throw new NoteException(
          "expected hash "
              + HexFormat.of().toHexDigits(key.id)
              + " for `"
              + parts[0]
              + "`, got `"
              + parts[1]
              + "`");
    }
    return key;
  }

  /** The key's name; for a log its origin. */
  public String name() {
    return name;
  }

  /** The key's id in signature lines. */
  public int id() {
    return id;
  }

  /** The same key under another name, as one key signs for every tree of a data directory. */
  public VerifierKey named(String other) throws NoteException {
    return new VerifierKey(other, key);
  }

  /**
   * Opens a signed note: its text, if this key signed it.
   *
   * @throws NoteException if no signature is this key's, or one that says so is not valid
   */
  public String verified(SignedNote note) throws NoteException {
    boolean signed = false;
    for (var signature : note.signatures()) {
      if (!signature.name().equals(name) || signature.keyId() != id) continue;
      if (!verifies(note.text(), signature.bytes())) {
        throw new NoteException("the signature of `" + name + "` is not valid");
      }
      signed = true;
    }
    if (!signed) throw new NoteException("expected a signature of " + this + ", found none");
    return note.text();
  }

  private boolean verifies(String text, byte[] signature) {
    try {
      var ed25519 = Signature.getInstance("Ed25519");
      ed25519.initVerify(publicKey);
      ed25519.update(text.getBytes(StandardCharsets.UTF_8));
      return ed25519.verify(signature);
    } catch (GeneralSecurityException e) {
      return false; // a malformed signature is an invalid one
    }
  }

  /** {@code NAME+HASH+BASE64}. */
  @Override
  public String toString() {
    var typed = new byte[1 + key.length];
    typed[0] = ED25519;
    System.arraycopy(key, 0, typed, 1, key.length);
    return name
        + "+"
        + HexFormat.of().toHexDigits(id)
        + "+"
        + Base64.getEncoder().encodeToString(typed);
  }

  static boolean isName(String name) {
    return !name.isEmpty()
        && name.codePoints()
            .noneMatch(c -> Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '+');
  }

  static int id(String name, byte type, byte[] key) {
    try {
      var sha = MessageDigest.getInstance("SHA-256");
      sha.update(name.getBytes(StandardCharsets.UTF_8));
      sha.update((byte) '\n');
      sha.update(type);
      byte[] hash = sha.digest(key);
      return ByteBuffer.wrap(hash).getInt();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java platform has SHA-256
    }
  }
}
