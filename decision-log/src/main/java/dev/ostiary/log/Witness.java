package dev.ostiary.log;

import dev.ostiary.log.note.NoteException;
import dev.ostiary.log.note.SignedNote;
import dev.ostiary.log.note.VerifierKey;
import dev.ostiary.log.tile.Hash;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Somebody else's service that remembers the largest checkpoint of this log that it saw, and signs
 * one only if it is consistent with that. Thread-safe.
 *
 * @see <a href="https://c2sp.org/tlog-witness">C2SP tlog-witness</a>
 */
public final class Witness {
  private static final int MAX_ANSWER_BYTES = 64 << 10;

  private final URI address;
  private final VerifierKey key;
  private final HttpClient client =
      HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).build();

  /**
   * A witness.
   *
   * @param submission where it takes checkpoints: {@code SUBMISSION/add-checkpoint}
   * @param key what it signs with, as a vkey of type 4 or 6
   */
  public Witness(URI submission, VerifierKey key) {
    String text = submission.toString();
    this.address = URI.create(text + (text.endsWith("/") ? "" : "/") + "add-checkpoint");
    this.key = key;
  }

  /**
   * The witnesses of a policy file: its lines {@code witness NAME VKEY URL}. What the other lines
   * say is for those who verify.
   *
   * @throws NoteException if such a line has no key or no address
   * @see <a href="https://c2sp.org/tlog-policy">C2SP tlog-policy</a>
   */
  public static List<Witness> ofPolicy(String text) throws NoteException {
    var witnesses = new ArrayList<Witness>();
    int number = 0;
    for (String line : text.split("\n", -1)) {
      number++;
      String[] words = line.strip().split("[ \t]+", -1);
      if (!words[0].equals("witness")) {
        if (words[0].matches("|#.*|log|group|quorum")) continue;
        throw new NoteException(
            "line " + number + ": expected `witness NAME VKEY URL`, got `" + line + "`");
      }
      if (words.length != 4 || !words[3].matches("https?://\\S+"))
        throw new NoteException("line " + number + ": expected `witness NAME VKEY URL`");
      try {
        witnesses.add(new Witness(new URI(words[3]), VerifierKey.parse(words[2])));
      } catch (URISyntaxException e) {
        throw new NoteException("line " + number + ": expected an address, got `" + words[3] + "`");
      }
    }
    return witnesses;
  }

  /** What a witness says to a checkpoint. */
  sealed interface Answer {
    /** It has seen and signed it. */
    record Cosigned(List<SignedNote.Signature> signatures) implements Answer {}

    /** It remembers another size than was said. */
    record Remembers(long size) implements Answer {}

    /** It did not answer, or refused. */
    record Failed(String why) implements Answer {}
  }

  /** What it signs with. */
  public VerifierKey key() {
    return key;
  }

  /**
   * Offers a checkpoint. The answer never completes exceptionally, and comes within {@code
   * patience}.
   *
   * @param old the size that the witness is thought to remember
   * @param proof that the tree of {@code old} entries is a prefix of the checkpoint's
   */
  CompletableFuture<Answer> offer(long old, List<Hash> proof, SignedNote note, Duration patience) {
    var body = new StringBuilder("old ").append(old).append('\n');
    for (var hash : proof) body.append(hash.base64()).append('\n');
    body.append('\n').append(note.encoded());
    var request =
        HttpRequest.newBuilder(address)
            .timeout(patience)
            .POST(BodyPublishers.ofString(body.toString()))
            .build();
    return client
        .sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_ANSWER_BYTES))
        .orTimeout(patience.toNanos(), TimeUnit.NANOSECONDS)
        .handle((response, failure) -> {
          if (failure == null) return answer(response, note);
          var cause = failure.getCause() == null ? failure : failure.getCause();
          return new Answer.Failed(address + ": " + cause);
        });
  }

  private Answer answer(HttpResponse<byte[]> response, SignedNote note) {
    String body = new String(response.body(), StandardCharsets.UTF_8);
    try {
      return switch (response.statusCode()) {
        case 200 -> new Answer.Cosigned(cosignatures(body, note));
        case 409 -> new Answer.Remembers(size(body));
        default ->
            new Answer.Failed(address + ": expected status 200, got " + response.statusCode());
      };
    } catch (NoteException e) {
      return new Answer.Failed(address + ": " + e.getMessage());
    }
  }

  private List<SignedNote.Signature> cosignatures(String lines, SignedNote note)
      throws NoteException {
    var answered = SignedNote.parse(note.text() + "\n" + lines);
    key.verified(answered);
    return answered.signatures().stream().filter(key::made).toList();
  }

  private static long size(String body) throws NoteException {
    if (!body.matches("(0|[1-9][0-9]{0,17})\n"))
      throw new NoteException("expected a tree size, got `" + body + "`");
    return Long.parseLong(body.strip());
  }

  /**
   * Asks for the size that the witness remembers, by offering it {@code note} again.
   *
   * @throws IOException if it does not say
   */
  long remembered(SignedNote note, long size, Duration patience) throws IOException {
    return switch (offer(size, List.of(), note, patience).join()) {
      case Answer.Cosigned _ -> size;
      case Answer.Remembers(long other) -> other;
      case Answer.Failed(String why) -> throw new IOException(why);
    };
  }

  @Override
  public String toString() {
    return key.name();
  }
}
