package dev.ostiary.log.note;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * A text and the signatures under it.
 *
 * @param text the signed text, with its last newline
 * @param signatures in the order of their lines
 * @see <a href="https://c2sp.org/signed-note">C2SP signed-note</a>
 */
public record SignedNote(String text, List<Signature> signatures) {
  private static final int MAX_SIGNATURES = 100;
  private static final int MAX_LENGTH = 1 << 20;

  public SignedNote {
    signatures = List.copyOf(signatures);
  }

  /**
   * One signature line.
   *
   * @param name the key's name
   * @param keyId the key's 32-bit id
   * @param base64 the signature without the id, in Base64
   */
  public record Signature(String name, int keyId, String base64) {
    /** The signature's bytes, without the key id. */
    public byte[] bytes() {
      return Base64.getDecoder().decode(base64);
    }

    String line() {
      byte[] signature = bytes();
      byte[] bytes = ByteBuffer.allocate(4 + signature.length).putInt(keyId).put(signature).array();
      return "— " + name + " " + Base64.getEncoder().encodeToString(bytes) + "\n";
    }
  }

  /** The whole note, as it is in a file. */
  public String encoded() {
    var note = new StringBuilder(text).append('\n');
    for (var signature : signatures) note.append(signature.line());
    return note.toString();
  }

  /**
   * Reads a note. Checks its form, no signature.
   *
   * @throws NoteException if it is not well-formed
   */
  public static SignedNote parse(String note) throws NoteException {
    if (note.length() > MAX_LENGTH) {
      throw new NoteException(
          "expected a note of at most 1 MiB, got " + note.length() + " characters");
    }
    if (note.chars().anyMatch(c -> (c < 0x20 && c != '\n') || c == 0xFFFD)) {
      throw new NoteException("expected a note in UTF-8 without control characters");
    }
    int split = note.lastIndexOf("\n\n");
    if (split < 0 || !note.endsWith("\n") || split + 2 == note.length()) {
      throw new NoteException("expected a text, an empty line and signatures");
    }
    String block = note.substring(split + 2, note.length() - 1);
    var signatures = new ArrayList<Signature>();
    for (String line : block.split("\n", -1)) {
      if (signatures.size() == MAX_SIGNATURES) {
        throw new NoteException("expected at most " + MAX_SIGNATURES + " signatures");
      }
      signatures.add(signature(line));
    }
    return new SignedNote(note.substring(0, split + 1), signatures);
  }

  private static Signature signature(String line) throws NoteException {
    String[] parts = line.split(" ", -1);
    if (parts.length != 3 || !parts[0].equals("—") || !VerifierKey.isName(parts[1])) {
      throw new NoteException("expected a signature line, got `" + line + "`");
    }
    try {
      byte[] bytes = Base64.getDecoder().decode(parts[2]);
      if (bytes.length >= 5 && Base64.getEncoder().encodeToString(bytes).equals(parts[2])) {
        int keyId = ByteBuffer.wrap(bytes).getInt();
        var rest = Arrays.copyOfRange(bytes, 4, bytes.length);
        return new Signature(parts[1], keyId, Base64.getEncoder().encodeToString(rest));
      }
    } catch (IllegalArgumentException e) {
      // falls through to the one message
    }
    throw new NoteException("expected a signature in base64, got `" + parts[2] + "`");
  }
}
