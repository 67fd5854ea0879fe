package dev.ostiary.sidecar.door;

import dev.ostiary.log.Completion;
import dev.ostiary.log.Outcome;
import dev.ostiary.sidecar.decide.Answer;
import dev.ostiary.sidecar.decide.Caller;
import dev.ostiary.sidecar.decide.Caller.Right;
import dev.ostiary.sidecar.decide.Decider;
import dev.ostiary.sidecar.decide.Explained;
import dev.ostiary.sidecar.decide.Question;
import dev.ostiary.sidecar.decide.Refused;
import dev.ostiary.sidecar.decide.Refused.Why;
import dev.ostiary.sidecar.decide.Result;
import dev.ostiary.sidecar.decide.Snapshot;
import dev.ostiary.sidecar.identity.Presented;
import dev.ostiary.sidecar.identity.Tokens;
import dev.ostiary.sidecar.limit.FairShare;
import dev.ostiary.sidecar.metrics.Meters;
import dev.ostiary.sidecar.record.Call;
import dev.ostiary.sidecar.record.Clock;
import dev.ostiary.sidecar.record.Recorder;
import dev.ostiary.sidecar.record.Refusals;
import dev.ostiary.sidecar.trace.Spans;
import dev.ostiary.v1.CheckRequest;
import io.grpc.Context;
import io.grpc.ServerCall;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The way of every question: read, decided, written down, answered. Any thread; never blocks. */
public final class Asking {
  private static final Duration OVERLOAD_RETRY = Duration.ofMillis(100);
  private static final Duration NO_SNAPSHOT_RETRY = Duration.ofSeconds(1);

  private final Supplier<Optional<Snapshot>> snapshots;
  private final Recorder recorder;
  private final Clock clock;
  private final Refusals refusals;
  private final Meters meters;
  private final Optional<Tokens> tokens;
  private final FairShare places;
  private final Spans spans;
  private final EndOfTurn flush;

  /**
   * The way to {@code recorder} by the snapshots that there are.
   *
   * @param snapshots the snapshot in force, if there is one
   * @param tokens verifies what calls carry, where that is configured
   * @param places for questions that are not answered yet
   * @param spans takes what traces show
   */
  public Asking(
      Supplier<Optional<Snapshot>> snapshots,
      Recorder recorder,
      Clock clock,
      Refusals refusals,
      Meters meters,
      Optional<Tokens> tokens,
      FairShare places,
      Spans spans) {
    this.snapshots = snapshots;
    this.recorder = recorder;
    this.clock = clock;
    this.refusals = refusals;
    this.places = places;
    this.spans = spans;
    this.meters = meters;
    this.tokens = tokens;
    this.flush = new EndOfTurn(recorder::flush);
  }

  /** What comes of a question. */
  sealed interface Reply {
    /** An answer, which is in the log. */
    record Answered(Answers.Written written) implements Reply {}

    /** No answer. */
    record Without(Refused refused) implements Reply {}
  }

  /**
   * What comes of the token in the {@code Authorization} headers of a call.
   *
   * @param then told once, on any thread
   */
  void presented(Supplier<List<String>> authorization, Consumer<Presented> then) {
    if (tokens.isEmpty()) then.accept(new Presented.Nothing());
    else tokens.get().presented(authorization.get(), then);
  }

  /** The caller's share of the places for questions that are not answered yet. */
  FairShare.Share places(Caller caller) {
    return places.of(caller.uid());
  }

  /** What a question is told for which there is no place. */
  static Refused overloaded() {
    return Refused.later(Why.OVERLOADED, "too much is asked at once", OVERLOAD_RETRY);
  }

  /** The snapshot in force. */
  Optional<Snapshot> snapshot() {
    return snapshots.get();
  }

  /** Decides by the snapshot in force, without writing. */
  Result decide(CheckRequest request, Caller caller) {
    var snapshot = snapshots.get();
    return snapshot.isPresent() ? decide(request, caller, snapshot.get()) : noSnapshot();
  }

  /** Decides by {@code snapshot}, without writing. */
  Result decide(CheckRequest request, Caller caller, Snapshot snapshot) {
    return switch (read(request, caller)) {
      case RequestReader.Read.Wrong(var refused) -> refused;
      case RequestReader.Read.Asked(var question) ->
          decide(question, caller, Right.CHECK, snapshot);
    };
  }

  /** Decides what {@code caller} may ask by that right, without writing. */
  Result decide(Question question, Caller caller, Right right, Snapshot snapshot) {
    return caller.may(right, question)
        ? Decider.decide(question, snapshot)
        : Statuses.notPermitted(caller);
  }

  private RequestReader.Read read(CheckRequest request, Caller caller) {
    return RequestReader.read(request, caller, nowMillis());
  }

  /** The moment of a question; absent where the clock is not to be believed. */
  OptionalLong nowMillis() {
    return clock.isBehind() ? OptionalLong.empty() : OptionalLong.of(clock.micros() / 1_000);
  }

  /** Decides by the snapshot in force and tells what each policy said, without writing. */
  Explained explain(CheckRequest request, Caller caller) {
    var snapshot = snapshots.get();
    if (snapshot.isEmpty()) return Explained.withoutPolicies(noSnapshot());
    return switch (read(request, caller)) {
      case RequestReader.Read.Wrong(var refused) -> Explained.withoutPolicies(refused);
      case RequestReader.Read.Asked(var question) ->
          caller.may(Right.EXPLAIN, question)
              ? Decider.explain(question, snapshot.get())
              : Explained.withoutPolicies(Statuses.notPermitted(caller));
    };
  }

  static Refused noSnapshot() {
    return Refused.later(Why.NO_SNAPSHOT, "no bundle has been activated yet", NO_SNAPSHOT_RETRY);
  }

  /** Decides and writes one question; {@code reply} is told once, when the answer may leave. */
  void ask(CheckRequest request, Caller caller, Call call, Consumer<Reply> reply) {
    write(decide(request, caller), call, reply);
  }

  /** Writes what was decided; {@code reply} is told once, when the answer may leave. */
  void write(Result result, Call call, Consumer<Reply> reply) {
    switch (result) {
      case Refused refused -> reply.accept(new Reply.Without(refused));
      case Answer answer -> write(answer, call, reply);
    }
  }

  private void write(Answer answer, Call call, Consumer<Reply> reply) {
    var late = expired(Context.current());
    if (late.isPresent()) {
      reply.accept(new Reply.Without(late.get()));
      return;
    }
    byte[] id = recorder.nextId();
    long decidedNanos = call.trace().sampled() ? System.nanoTime() : 0;
    recorder.write(
        new Recorder.Item(answer, call, id),
        outcome -> {
          boolean written = !(outcome instanceof Outcome.Refused);
          spans.answered(call, answer, id, decidedNanos, written);
          reply.accept(written(outcome, answer, call, id));
        });
    flush.request();
  }

  /** Writes the decisions of a batch; the outcome is told once. */
  void writeBatch(List<Recorder.Item> items, Completion completion) {
    recorder.writeBatch(items, completion);
    flush.request();
  }

  /** Writes a search with the decisions that are its results; the outcome is told once. */
  void writeSearch(Recorder.Searched searched, List<Recorder.Item> items, Completion completion) {
    recorder.writeSearch(searched, items, completion);
    flush.request();
  }

  /** An id for the next decision: 16 bytes. */
  byte[] nextId() {
    return recorder.nextId();
  }

  private Reply written(Outcome outcome, Answer answer, Call call, byte[] id) {
    if (outcome instanceof Outcome.Refused refused) return new Reply.Without(unavailable(refused));
    return new Reply.Answered(counted(answer, call, id, outcome, 0));
  }

  /** The answer to one question of several, with its receipt. */
  Answers.Written written(Answer answer, Call call, byte[] id, Outcome outcome, int item) {
    spans.answered(call, answer, id, 0, true);
    return counted(answer, call, id, outcome, item);
  }

  private Answers.Written counted(Answer answer, Call call, byte[] id, Outcome outcome, int item) {
    meters.decided(call, answer.allowed(), answer.policyRevision().size());
    return new Answers.Written(answer, id, recorder.origin(), outcome, item);
  }

  static Refused unavailable(Outcome.Refused refused) {
    return new Refused(
        Why.LOG_UNAVAILABLE,
        "the decision log takes no entry: " + refused.detail(),
        "",
        refused.retryAfter().isZero() ? Optional.empty() : Optional.of(refused.retryAfter()));
  }

  /** Why the caller no longer waits, if it does not. */
  static Optional<Refused> expired(Context context) {
    var deadline = context.getDeadline();
    if (deadline != null && deadline.isExpired())
      return Optional.of(Refused.of(Why.DEADLINE_EXCEEDED, "", "the deadline passed undecided"));
    if (context.isCancelled())
      return Optional.of(Refused.of(Why.CANCELLED, "", "the caller went away undecided"));
    return Optional.empty();
  }

  /** Ends a call of which nothing is read, and counts it. */
  <Q, A> ServerCall.Listener<Q> refuse(ServerCall<Q, A> call, Refused refused) {
    Caller caller = Objects.requireNonNull(call.getAttributes().get(Peer.CALLER));
    count(refused, caller, call.getMethodDescriptor().getFullMethodName());
    call.close(Statuses.status(refused), Statuses.trailers(refused));
    return new ServerCall.Listener<>() {};
  }

  /** Counts a question that got no decision. */
  void count(Refused refused, Caller caller, String method) {
    meters.refused(refused.why());
    var kind = new Refusals.Kind(caller.uid(), refused.why().name(), method);
    if (refusals.isEntered(caller.uid())) recorder.refused(kind);
    else refusals.count(kind);
  }
}
