package dev.ostiary.sidecar.decide;

import dev.ostiary.cedar.Entity;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.schema.ActionDeclaration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Who may, on what, and what one may: questions with one part left open. What the policies deny
 * without a look at it is not tried; each other candidate is decided about, so that a result is
 * found exactly if a check of it is allowed.
 */
public final class Search {
  private static final Comparator<EntityUid> ORDER = Comparator.comparing(EntityUid::toString);

  private Search() {}

  /** A candidate that is allowed, with the decision that says so. */
  public record One(EntityUid found, Answer answer) {}

  /**
   * A page of results.
   *
   * @param answers in the order of the names
   * @param more whether there are results behind these
   * @param refused why nothing can be said, if so; then there is no answer
   */
  public record Found(List<One> answers, boolean more, Optional<Refused> refused) {
    public Found {
      answers = List.copyOf(answers);
    }
  }

  private static List<EntityUid> ofType(String type, Snapshot snapshot) {
    Stream<EntityUid> known = snapshot.entities().stream().map(Entity::uid);
    var declared = snapshot.bundle().schema().entityType(type);
    Stream<EntityUid> listed =
        declared.flatMap(each -> each.enumeration()).stream()
            .flatMap(ids -> ids.stream().map(id -> EntityUid.of(type, id)));
    return Stream.concat(known.filter(uid -> uid.type().equals(type)), listed).distinct().toList();
  }

  /** The actions that apply to those types, in the order of their names. */
  public static List<EntityUid> actions(String principal, String resource, Snapshot snapshot) {
    return snapshot.bundle().schema().actions().values().stream()
        .filter(action ->
            action.principals().contains(principal) && action.resources().contains(resource))
        .map(ActionDeclaration::uid)
        .sorted(ORDER)
        .toList();
  }

  /**
   * The entities that are allowed in the place of what {@code asked} leaves open: its principal or
   * its resource, which has no id. Decided about are those of its type that a policy may permit, as
   * far as the policies tell by what it is or is a member of.
   *
   * @param after the name of the last result of the page before; empty for the first
   * @param limit most results
   */
  public static Found entities(
      Question asked,
      String after,
      int limit,
      Function<EntityUid, Question> question,
      Snapshot snapshot) {
    EntityUid open = asked.principal().id().isEmpty() ? asked.principal() : asked.resource();
    List<EntityUid> candidates = ofType(open.type(), snapshot);
    // To ask the policies once costs about as much as to try as many candidates as there are.
    if (candidates.size() > snapshot.bundle().policies().size()) {
      var reach = Reach.of(asked, snapshot);
      if (reach.isPresent())
        candidates = candidates.stream().filter(uid -> reach.get().holds(uid, snapshot)).toList();
    }
    return find(candidates.stream().sorted(ORDER).toList(), after, limit, question, snapshot);
  }

  /**
   * The candidates that are allowed. Takes time in proportion to the candidates, which are in the
   * order of their names.
   *
   * @param after the name of the last result of the page before; empty for the first
   * @param limit most results
   */
  public static Found find(
      List<EntityUid> candidates,
      String after,
      int limit,
      Function<EntityUid, Question> question,
      Snapshot snapshot) {
    var answers = new ArrayList<One>();
    for (EntityUid candidate : candidates) {
      if (candidate.toString().compareTo(after) <= 0) continue;
      switch (Decider.decide(question.apply(candidate), snapshot)) {
        case Answer answer -> {
          if (!answer.allowed()) continue;
          if (answers.size() == limit) return new Found(answers, true, Optional.empty());
          answers.add(new One(candidate, answer));
        }
        case Refused refused -> {
          if (refused.why() != Refused.Why.SCHEMA_MISMATCH)
            return new Found(List.of(), false, Optional.of(refused));
          // It cannot be asked about, so it is not allowed.
        }
      }
    }
    return new Found(answers, false, Optional.empty());
  }
}
