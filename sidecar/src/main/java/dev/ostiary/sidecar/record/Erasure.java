package dev.ostiary.sidecar.record;

import com.google.protobuf.ByteString;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.record.v1.Erased;
import dev.ostiary.record.v1.ErasedSubject;
import dev.ostiary.sidecar.contract.ContractWriter;
import dev.ostiary.sidecar.decide.Refused;
import dev.ostiary.sidecar.decide.Refused.Why;
import dev.ostiary.sidecar.facts.ActivationException;
import dev.ostiary.sidecar.facts.FactLog;
import dev.ostiary.sidecar.facts.FactLog.Changed;
import dev.ostiary.sidecar.subjects.Subjects;
import dev.ostiary.v1.EntityChange;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Takes people out of the logs. Their entity facts are deleted, then in one step the row that names
 * them and their key is replaced by one that says that somebody was erased; the decision log's
 * entry comes last, and a start writes it where a crash came between. One at a time; blocks.
 */
public final class Erasure {
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final FactLog facts;
  private final Subjects subjects;
  private final Recorder recorder;

  /** Erases from these. */
  public Erasure(FactLog facts, Subjects subjects, Recorder recorder) {
    this.facts = facts;
    this.subjects = subjects;
    this.recorder = recorder;
  }

  /** What came of it. */
  public sealed interface Done {
    /** The subject is erased. */
    record Gone(Erased erased) implements Done {}

    /** Nothing changed, or not all: asking again goes on. */
    record Not(Refused refused) implements Done {}
  }

  /** Writes the entries of erasures that a crash kept from being written. */
  public void finish() throws IOException, InterruptedException {
    List<ErasedSubject> unreported = subjects.unreported();
    if (unreported.isEmpty()) return;
    subjects.ship(); // gone from the copy, too, before it is said to be gone
    for (ErasedSubject each : unreported) recorder.erased(entry(each));
    subjects.reported();
  }

  /** Erases a subject. */
  public synchronized Done erase(EntityUid subject, EntityUid caller) throws InterruptedException {
    try {
      finish();
      Optional<Refused> refused = refused(subject);
      if (refused.isPresent()) return new Done.Not(refused.get());
      boolean put = facts.isPut(subject);
      if (put) {
        var delete = EntityChange.newBuilder().setDelete(ContractWriter.uid(subject)).build();
        if (facts.change(List.of(delete), Optional.empty()) instanceof Changed.Not(var why))
          return new Done.Not(why);
        facts.takeSnapshot();
        facts.forgetOlderSnapshots();
      }
      Map<ByteString, ByteString> bundles = facts.redactions(subject);
      EntityUid pseudonym = subjects.pseudonym(subject).orElseThrow();
      var gone =
          ErasedSubject.newBuilder()
              .setPseudonym(ContractWriter.uid(pseudonym))
              .setCaller(ContractWriter.uid(caller))
              .setFacts(put)
              .setBundles(bundles.size())
              .build();
      subjects.remove(subject, gone, bundles);
      finish();
      return new Done.Gone(entry(gone));
    } catch (IOException | ActivationException e) {
      return new Done.Not(
          Refused.later(Why.LOG_UNAVAILABLE, String.valueOf(e.getMessage()), RETRY));
    }
  }

  private Optional<Refused> refused(EntityUid subject) throws IOException {
    var place = facts.placeInBundle(subject);
    if (place.isPresent())
      return Optional.of(
          Refused.of(
              Why.SUBJECT_IN_USE,
              "subject",
              place.get()
                  + " of the bundle in force names `"
                  + subject
                  + "`; activate one that"
                  + " does not"));
    var pseudonym = subjects.pseudonym(subject);
    if (pseudonym.isPresent())
      return facts.held().contains(pseudonym.get())
          ? Optional.of(
              Refused.of(Why.SUBJECT_IN_USE, "subject", "`" + subject + "` is under legal hold"))
          : Optional.empty();
    // Of whom nothing but an earlier bundle knows, that one is still to be struck out.
    if (facts.isPut(subject) || !facts.redactions(subject).isEmpty()) {
      subjects.add(List.of(subject));
      return Optional.empty();
    }
    return Optional.of(
        Refused.of(Why.SUBJECT_UNKNOWN, "subject", "nothing is known of `" + subject + "` here"));
  }

  /** Places or lifts a legal hold; why it could not be done, if so. */
  public synchronized Optional<Refused> hold(EntityUid subject, boolean held)
      throws InterruptedException {
    try {
      if (held) {
        if (!facts.isPersonal(subject))
          return Optional.of(
              Refused.of(
                  Why.SUBJECT_UNKNOWN,
                  "subject",
                  "`" + subject.type() + "` is no type that the schema marks `@personal`"));
        subjects.add(List.of(subject));
      }
      var pseudonym = subjects.pseudonym(subject);
      if (pseudonym.isPresent()) facts.hold(pseudonym.get(), held);
      return Optional.empty();
    } catch (IOException | ActivationException e) {
      return Optional.of(Refused.later(Why.LOG_UNAVAILABLE, String.valueOf(e.getMessage()), RETRY));
    }
  }

  /** The subjects under legal hold, in ascending order. */
  public List<EntityUid> holds() {
    return facts.held().stream().map(subjects::reveal).sorted().toList();
  }

  private static Erased entry(ErasedSubject gone) {
    var erased =
        Erased.newBuilder()
            .setSubject(gone.getPseudonym())
            .setFacts(gone.getFacts())
            .setBundles(gone.getBundles());
    if (gone.hasCaller()) erased.setCaller(gone.getCaller());
    return erased.build();
  }
}
