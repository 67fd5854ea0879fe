package dev.ostiary.log;

import dev.ostiary.log.note.Checkpoint;
import dev.ostiary.log.note.SignedNote;
import dev.ostiary.log.tile.TileTree;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Asks the witnesses for their signatures before a checkpoint is published, all at once and no
 * longer than a checkpoint may wait. One that fails is left alone for a while, so that it delays
 * nothing. The publishing thread's own.
 */
final class Cosigning {
  private static final Duration REST = Duration.ofSeconds(10);

  private static final class Member {
    private final Witness witness;
    private long size;
    private long restsUntil = System.nanoTime();

    Member(Witness witness, long size) {
      this.witness = witness;
      this.size = size;
    }
  }

  private final List<Member> members;
  private final Duration patience;
  private long failures;

  /** {@code size}: that of the last checkpoint, which the witnesses have probably seen. */
  Cosigning(List<Witness> witnesses, Duration patience, long size) {
    this.members = witnesses.stream().map(witness -> new Member(witness, size)).toList();
    this.patience = patience;
  }

  /** The note, with the signatures of those witnesses that answered in time. */
  SignedNote cosigned(SignedNote note, Checkpoint next, TileTree tree) throws IOException {
    long deadline = System.nanoTime() + patience.toNanos();
    var signatures = new ArrayList<>(note.signatures());
    var turn = new ArrayList<Member>();
    for (var member : members) if (member.restsUntil - System.nanoTime() <= 0) turn.add(member);
    // A second time for those that remember another size than was thought.
    for (int attempt = 0; attempt < 2 && !turn.isEmpty(); attempt++) {
      var asked = new LinkedHashMap<Member, CompletableFuture<Witness.Answer>>();
      for (var member : turn) {
        var proof = tree.consistency(member.size, next.size());
        var left = Duration.ofNanos(Math.max(1, deadline - System.nanoTime()));
        asked.put(member, member.witness.offer(member.size, proof, note, left));
      }
      turn.clear();
      asked.forEach((member, answer) -> {
        switch (answer.join()) {
          case Witness.Answer.Cosigned(var lines) -> {
            signatures.addAll(lines);
            member.size = next.size();
          }
          case Witness.Answer.Remembers(long size) -> {
            if (size <= next.size() && size != member.size) {
              member.size = size;
              turn.add(member);
            } else {
              fails(member);
            }
          }
          case Witness.Answer.Failed _ -> fails(member);
        }
      });
    }
    return new SignedNote(note.text(), signatures);
  }

  private void fails(Member member) {
    failures++;
    member.restsUntil = System.nanoTime() + REST.toNanos();
  }

  long failures() {
    return failures;
  }
}
