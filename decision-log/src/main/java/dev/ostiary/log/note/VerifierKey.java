package dev.ostiary.log.note;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/**
 * The public part of a key that signs notes: {@code NAME+HASH+BASE64}. An Ed25519 key signs any
 * note; a witness's Ed25519 key and an ML-DSA-44 key sign checkpoints, each at a time.
 *
 * @see <a href="https://c2sp.org/signed-note">C2SP signed-note</a>
 * @see <a href="https://c2sp.org/tlog-cosignature">C2SP tlog-cosignature</a>
 */
public final class VerifierKey {
  private final String name;
  private final KeyKind kind;
  private final byte[] key;
  private final int id;
  private final PublicKey publicKey;

  VerifierKey(String name, KeyKind kind, byte[] key) throws NoteException {
    if (!isName(name)) {
      throw new NoteException("expected a key name without spaces and `+`, got `" + name + "`");
    }
    this.name = name;
    this.kind = kind;
    this.key = key.clone();
    this.id = id(name, kind.type(), key);
    try {
      this.publicKey = kind.publicKey(key);
    } catch (GeneralSecurityException e) {
      throw new NoteException("expected an " + kind.algorithm() + " public key for `" + name + "`");
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
    var kind = typed.length == 0 ? java.util.Optional.<KeyKind>empty() : KeyKind.of(typed[0]);
    if (kind.isEmpty() || typed.length != 1 + kind.get().keyBytes()) {
      throw new NoteException(
          "expected an Ed25519 key of 33 bytes or an ML-DSA-44 key of 1313, got "
              + typed.length
              + " bytes");
    }
    var key = new VerifierKey(parts[0], kind.get(), Arrays.copyOfRange(typed, 1, typed.length));
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
    return new VerifierKey(other, kind, key);
  }

  /** Whether a signature line says that it is this key's. */
  public boolean made(SignedNote.Signature signature) {
    return signature.name().equals(name) && signature.keyId() == id;
  }

  /**
   * Opens a signed note: its text, if this key signed it.
   *
   * @throws NoteException if no signature is this key's, or one that says so is not valid
   */
  public String verified(SignedNote note) throws NoteException {
    boolean signed = false;
    for (var signature : note.signatures()) {
      if (!made(signature)) continue;
      if (!verifies(note.text(), signature.bytes())) {
        throw new NoteException("the signature of `" + name + "` is not valid");
      }
      signed = true;
    }
    if (!signed) throw new NoteException("expected a signature of " + this + ", found none");
    return note.text();
  }

  private boolean verifies(String text, byte[] signed) throws NoteException {
    if (signed.length != kind.signatureBytes()) return false;
    var bytes = ByteBuffer.wrap(signed);
    long seconds = kind.timestamped() ? bytes.getLong() : 0;
    if (seconds < 0) return false;
    try {
      var verification = Signature.getInstance(kind.algorithm());
      verification.initVerify(publicKey);
      verification.update(kind.message(name, seconds, text));
      return verification.verify(signed, bytes.position(), bytes.remaining());
    } catch (GeneralSecurityException e) {
      return false; // a malformed signature is an invalid one
    }
  }

  /** {@code NAME+HASH+BASE64}. */
  @Override
  public String toString() {
    return name + "+" + HexFormat.of().toHexDigits(id) + "+" + typed(kind, key);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof VerifierKey that && toString().equals(that.toString());
  }

  @Override
  public int hashCode() {
    return id;
  }

  /** A key after its kind, in Base64. */
  static String typed(KeyKind kind, byte[] key) {
    var typed = new byte[1 + key.length];
    typed[0] = kind.type();
    System.arraycopy(key, 0, typed, 1, key.length);
    return Base64.getEncoder().encodeToString(typed);
  }

  static boolean isName(String name) {
    return !name.isEmpty()
        && name.codePoints()
            .noneMatch(c -> Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '+');
  }

  private static int id(String name, byte type, byte[] key) {
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
