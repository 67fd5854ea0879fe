package dev.ostiary.log.note;

import dev.ostiary.log.tile.Hash;
import java.util.ArrayList;
import java.util.List;

/**
 * Proof that one entry is in the log, checkable offline.
 *
 * @param index 0-based index of the entry
 * @param path sibling hashes, leaf upwards
 * @param checkpoint the signed checkpoint that it is proved against
 * @see <a href="https://c2sp.org/tlog-proof">C2SP tlog-proof</a>
 */
public record Receipt(long index, List<Hash> path, SignedNote checkpoint) {
  /** First line of the format. */
  public static final String HEADER = "c2sp.org/tlog-proof@v1";

  public Receipt {
    path = List.copyOf(path);
  }

  /** The text of the receipt, for a file that ends in {@code .tlog-proof}. */
  public String encoded() {
    var text = new StringBuilder(HEADER).append("\nindex ").append(index).append('\n');
    for (var hash : path) text.append(hash.base64()).append('\n');
    return text.append('\n').append(checkpoint.encoded()).toString();
  }

  /**
   * Reads a receipt. Checks its form, neither signature nor proof. An {@code extra} line is
   * skipped: nothing vouches for it.
   *
   * @throws NoteException if it is not well-formed
   */
  public static Receipt parse(String text) throws NoteException {
    int split = text.indexOf("\n\n");
    if (split < 0) throw new NoteException("expected a proof, an empty line and a checkpoint");
    String[] lines = text.substring(0, split).split("\n", -1);
    if (!lines[0].equals(HEADER)) {
      throw new NoteException("expected `" + HEADER + "`, got `" + lines[0] + "`");
    }
    int line = lines.length > 1 && lines[1].startsWith("extra ") ? 2 : 1;
    if (lines.length <= line || !lines[line].matches("index (0|[1-9][0-9]{0,18})")) {
      throw new NoteException("expected `index N` in line " + (line + 1));
    }
    if (lines.length - line > 64) throw new NoteException("expected at most 63 hashes");
    var path = new ArrayList<Hash>();
    try {
      long index = Long.parseLong(lines[line].substring(6));
      for (int i = line + 1; i < lines.length; i++) path.add(Hash.ofBase64(lines[i]));
      return new Receipt(index, path, SignedNote.parse(text.substring(split + 2)));
    } catch (IllegalArgumentException e) {
      throw new NoteException("expected an index and hashes: " + e.getMessage());
    }
  }
}
