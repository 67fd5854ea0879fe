package dev.ostiary.sidecar.door;

import dev.ostiary.log.Outcome;
import dev.ostiary.sidecar.decide.Answer;
import dev.ostiary.sidecar.decide.Caller;
import dev.ostiary.sidecar.decide.Caller.Right;
import dev.ostiary.sidecar.decide.Question;
import dev.ostiary.sidecar.decide.Refused;
import dev.ostiary.sidecar.decide.Snapshot;
import dev.ostiary.sidecar.record.Call;
import dev.ostiary.sidecar.record.Recorder;
import io.grpc.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Questions of one request, of which all must be allowed: one entry, and one answer. */
final class Together {
  private Together() {}

  /**
   * Decides and writes them by one snapshot.
   *
   * @param questions at least one
   * @param reply told once: the first answer that denies, else the first; nothing is written where
   *     one of them is refused
   */
  static void ask(
      Asking asking,
      List<Question> questions,
      Caller caller,
      Right right,
      Snapshot snapshot,
      Call call,
      Consumer<Asking.Reply> reply) {
    if (questions.size() == 1) {
      asking.write(asking.decide(questions.getFirst(), caller, right, snapshot), call, reply);
      return;
    }
    var items = new ArrayList<Recorder.Item>(questions.size());
    for (Question question : questions) {
      switch (asking.decide(question, caller, right, snapshot)) {
        case Answer answer -> items.add(new Recorder.Item(answer, call, asking.nextId()));
        case Refused refused -> {
          reply.accept(new Asking.Reply.Without(refused));
          return;
        }
      }
    }
    var late = Asking.expired(Context.current());
    if (late.isPresent()) reply.accept(new Asking.Reply.Without(late.get()));
    else asking.writeBatch(items, outcome -> reply.accept(answer(asking, items, outcome)));
  }

  private static Asking.Reply answer(Asking asking, List<Recorder.Item> items, Outcome outcome) {
    if (outcome instanceof Outcome.Refused refused)
      return new Asking.Reply.Without(Asking.unavailable(refused));
    Answers.@Nullable Written told = null;
    boolean allowed = true;
    for (int i = 0; i < items.size(); i++) {
      var item = items.get(i);
      var written = asking.written(item.answer(), item.call(), item.id(), outcome, i);
      if (told == null || (allowed && !item.answer().allowed())) told = written;
      allowed &= item.answer().allowed();
    }
    if (told == null) throw new IllegalStateException("nothing was asked");
    return new Asking.Reply.Answered(told);
  }
}
