package dev.ostiary.sidecar.decide;

import dev.ostiary.cedar.Decision;
import dev.ostiary.cedar.EntitiesException;
import dev.ostiary.cedar.Entity;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.partial.PartialAuthorizer;
import dev.ostiary.cedar.partial.PartialEntities;
import dev.ostiary.cedar.partial.PartialEntity;
import dev.ostiary.cedar.partial.PartialRequest;
import dev.ostiary.cedar.partial.PartialUid;
import dev.ostiary.cedar.schema.ActionDeclaration;
import dev.ostiary.cedar.schema.ConformanceException;
import dev.ostiary.cedar.syntax.SourceException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Who may, on what, and what one may: questions with one part left open. Where the policies deny
 * whatever that part is, nothing is tried; else each candidate is decided about, so that a result
 * is found exactly if a check of it is allowed.
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

  /** The entities of a type that the snapshot knows, in the order of their names. */
  public static List<EntityUid> ofType(String type, Snapshot snapshot) {
    Stream<EntityUid> known = snapshot.entities().stream().map(Entity::uid);
    var declared = snapshot.bundle().schema().entityType(type);
    Stream<EntityUid> listed =
        declared.flatMap(each -> each.enumeration()).stream()
            .flatMap(ids -> ids.stream().map(id -> EntityUid.of(type, id)));
    return Stream.concat(known.filter(uid -> uid.type().equals(type)), listed)
        .distinct()
        .sorted(ORDER)
        .toList();
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
   * Whether the policies deny whatever the open part of {@code asked} is, which has no id. Told
   * from the part that is known and what it is a member of, without a look at any candidate.
   */
  static boolean isDeniedAnyhow(Question asked, Snapshot snapshot) {
    var rules = snapshot.rules();
    var known = new LinkedHashMap<EntityUid, PartialEntity>();
    for (EntityUid uid : List.of(asked.principal(), asked.resource())) {
      if (uid.id().isEmpty()) continue;
      know(uid, snapshot, known);
      for (EntityUid ancestor : snapshot.entities().ancestors(uid)) know(ancestor, snapshot, known);
    }
    try {
      var request =
          new PartialRequest(
              partly(asked.principal()),
              asked.action(),
              partly(asked.resource()),
              Optional.empty());
      var response =
          new PartialAuthorizer(rules.bundle().schema())
              .isAuthorized(
                  request,
                  rules.policies(),
                  PartialEntities.of(known.values(), rules.bundle().schema()));
      return response.decision().equals(Optional.of(Decision.DENY));
    } catch (ConformanceException | EntitiesException | SourceException e) {
      return false; // it cannot be told, so the candidates are tried
    }
  }

  private static void know(EntityUid uid, Snapshot snapshot, Map<EntityUid, PartialEntity> known) {
    snapshot.entities().find(uid).ifPresent(found -> known.put(uid, PartialEntity.of(found)));
  }

  private static PartialUid partly(EntityUid uid) {
    return uid.id().isEmpty() ? PartialUid.ofType(uid.type()) : PartialUid.of(uid);
  }

  /**
   * The entities of {@code candidates} that are allowed in the place of what {@code asked} leaves
   * open: its principal or its resource, which has no id. Takes time in proportion to them, unless
   * the policies deny anyhow.
   */
  public static Found entities(
      Question asked,
      List<EntityUid> candidates,
      String after,
      int limit,
      Function<EntityUid, Question> question,
      Snapshot snapshot) {
    // To ask the policies once costs about as much as to try as many candidates as there are.
    boolean worthIt = candidates.size() > snapshot.bundle().policies().size();
    if (worthIt && isDeniedAnyhow(asked, snapshot))
      return new Found(List.of(), false, Optional.empty());
    return find(candidates, after, limit, question, snapshot);
  }

  /**
   * The candidates that are allowed. Takes time in proportion to the candidates.
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
