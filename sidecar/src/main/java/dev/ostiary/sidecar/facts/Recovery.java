package dev.ostiary.sidecar.facts;

import dev.ostiary.cedar.json.JsonWriter;
import dev.ostiary.log.LogReader;
import dev.ostiary.log.note.Checkpoint;
import dev.ostiary.log.note.NoteException;
import dev.ostiary.sidecar.bundle.Signed;
import dev.ostiary.sidecar.decide.Revision;
import dev.ostiary.sidecar.sign.Envelope;
import dev.ostiary.sidecar.sign.SigningException;
import dev.ostiary.sidecar.sign.TrustedKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * What a holder of an offline key signs to get back in: that this fact log, as it is now, goes on
 * with the program's own policies of the sidecar.
 *
 * @param origin the fact log's name
 * @param epoch its epoch
 * @param size entries that it has
 */
public record Recovery(String origin, long epoch, long size) {
  /** The envelope's file, in the data directory. */
  public static final String FILE = "recover.dsse.json";

  private static final String TYPE = "application/vnd.ostiary.recovery.v1+json";

  static Recovery of(Revision now) {
    return new Recovery(now.origin(), now.epoch(), now.size());
  }

  /** Of the newest fact log in a data directory, whether or not a process has it. Blocks. */
  public static Recovery of(Path data) throws IOException {
    Path facts = data.resolve("facts");
    var reader = LogReader.live(facts.resolve(Long.toString(Epochs.newest(facts).orElse(1))));
    try {
      var note = reader.checkpoint().orElseThrow(() -> new IOException(data + ": no facts there"));
      String line = Checkpoint.parse(note.text()).origin();
      int slash = line.lastIndexOf('/');
      return new Recovery(
          line.substring(0, slash), Long.parseLong(line.substring(slash + 1)), reader.size());
    } catch (NoteException | NumberFormatException e) {
      throw new IOException(data + ": " + e.getMessage());
    }
  }

  /** An envelope that nobody has signed yet. */
  public Envelope unsigned() {
    String text =
        "{\"epoch\":"
            + epoch
            + ",\"origin\":"
            + JsonWriter.quoted(origin)
            + ",\"size\":"
            + size
            + "}";
    return new Envelope(TYPE, text.getBytes(StandardCharsets.UTF_8), List.of());
  }

  /** Checks that trusted keys signed exactly this. */
  public Signed check(byte[] json, TrustedKeys keys) throws SigningException {
    var envelope = Envelope.parse(FILE, json);
    var signers = keys.signers(FILE, envelope, TYPE);
    if (!Arrays.equals(envelope.payload(), unsigned().payload()))
      throw new SigningException(
          FILE + ": expected one for the facts as they are now; run `ostiary recover` again");
    return new Signed(json, signers);
  }
}
