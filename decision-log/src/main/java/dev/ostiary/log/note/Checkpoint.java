package dev.ostiary.log.note;

import dev.ostiary.log.tile.Hash;

/**
 * The head of a tree: which log, how many entries, their root.
 *
 * @param origin the log's name; also its key's name
 * @param size number of entries
 * @param root RFC 6962 Merkle tree hash of them
 * @see <a href="https://c2sp.org/tlog-checkpoint">C2SP tlog-checkpoint</a>
 */
public record Checkpoint(String origin, long size, Hash root) {
  /** The three lines, each ended by a newline; what is signed. */
  public String text() {
    return origin + "\n" + size + "\n" + root.base64() + "\n";
  }

  /**
   * Reads the three lines. Further lines are refused: this log writes none.
   *
   * @throws NoteException if the text is anything else
   */
  public static Checkpoint parse(String text) throws NoteException {
    String[] lines = text.split("\n", -1);
    if (lines.length != 4 || !lines[3].isEmpty()) {
      throw new NoteException("expected a checkpoint of three lines, got " + (lines.length - 1));
    }
    if (lines[0].isEmpty()) throw new NoteException("expected an origin, got an empty line");
    if (!lines[1].matches("0|[1-9][0-9]{0,18}")) {
      throw new NoteException("expected a tree size, got `" + lines[1] + "`");
    }
    try {
      return new Checkpoint(lines[0], Long.parseLong(lines[1]), Hash.ofBase64(lines[2]));
    } catch (IllegalArgumentException e) {
      throw new NoteException(
          "expected a tree size and a root, got `" + lines[1] + "` and `" + lines[2] + "`");
    }
  }
}
