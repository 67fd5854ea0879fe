package dev.ostiary.sidecar.decide;

import dev.ostiary.cedar.Decision;
import dev.ostiary.cedar.EntitiesException;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.SetValue;
import dev.ostiary.cedar.Value;
import dev.ostiary.cedar.partial.PartialAuthorizer;
import dev.ostiary.cedar.partial.PartialEntities;
import dev.ostiary.cedar.partial.PartialEntity;
import dev.ostiary.cedar.partial.PartialRequest;
import dev.ostiary.cedar.partial.PartialResponse;
import dev.ostiary.cedar.partial.PartialUid;
import dev.ostiary.cedar.schema.ConformanceException;
import dev.ostiary.cedar.syntax.Expr;
import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.cedar.syntax.SourceException;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the open part of a question must be, or be a member of, for any policy to permit it. Told
 * from what the policies leave when all but that part is known, without a look at any candidate.
 *
 * @param anchors none of which a candidate is in, itself included, that is denied for sure
 */
record Reach(Set<EntityUid> anchors) {
  /** The reach of a question whose principal or resource has no id; nothing if any may be it. */
  static Optional<Reach> of(Question asked, Snapshot snapshot) {
    var name =
        asked.principal().id().isEmpty()
            ? Expr.Variable.Name.PRINCIPAL
            : Expr.Variable.Name.RESOURCE;
    Optional<PartialResponse> left = left(asked, snapshot);
    if (left.isEmpty()) return Optional.empty();
    if (left.get().decision().equals(Optional.of(Decision.DENY)))
      return Optional.of(new Reach(Set.of()));
    var anchors = new HashSet<EntityUid>();
    for (var each : left.get().policies()) {
      if (each.policy().effect() != Policy.Effect.PERMIT) continue;
      switch (each.verdict()) {
        case FALSE, ERROR -> {}
        case TRUE -> {
          return Optional.empty();
        }
        case OPEN -> {
          var needed = needed(each.condition(), name);
          if (needed.isEmpty()) return Optional.empty();
          anchors.addAll(needed.get());
        }
      }
    }
    return Optional.of(new Reach(Set.copyOf(anchors)));
  }

  /** Whether {@code uid} may be permitted. */
  boolean holds(EntityUid uid, Snapshot snapshot) {
    return anchors.contains(uid)
        || !Collections.disjoint(anchors, snapshot.entities().ancestors(uid));
  }

  /** What {@code name} must be in, one of these, where {@code condition} is true. */
  private static Optional<Set<EntityUid>> needed(Expr condition, Expr.Variable.Name name) {
    return switch (condition) {
      case Expr.And all ->
          all.operands().stream()
              .map(each -> needed(each, name))
              .flatMap(Optional::stream)
              .findFirst();
      case Expr.Or any -> {
        var union = new HashSet<EntityUid>();
        for (Expr each : any.operands()) {
          var one = needed(each, name);
          if (one.isEmpty()) yield Optional.empty();
          union.addAll(one.get());
        }
        yield Optional.of(union);
      }
      case Expr.Binary(var operator, var left, var right, _) ->
          switch (operator) {
            case EQUAL, IN ->
                left instanceof Expr.Variable variable && variable.name() == name
                    ? uids(right)
                    : Optional.empty();
            default -> Optional.empty();
          };
      default -> Optional.empty();
    };
  }

  private static Optional<Set<EntityUid>> uids(Expr expr) {
    return switch (expr) {
      case Expr.Literal(EntityUid uid, _) -> Optional.of(Set.of(uid));
      case Expr.Literal(SetValue set, _) -> {
        var uids = new HashSet<EntityUid>();
        for (Value each : set.elements()) {
          if (!(each instanceof EntityUid uid)) yield Optional.empty();
          uids.add(uid);
        }
        yield Optional.of(uids);
      }
      case Expr.SetLiteral(var elements, _) -> {
        var uids = new HashSet<EntityUid>();
        for (Expr each : elements) {
          if (!(each instanceof Expr.Literal(EntityUid uid, _))) yield Optional.empty();
          uids.add(uid);
        }
        yield Optional.of(uids);
      }
      default -> Optional.empty();
    };
  }

  /** What the policies leave of the question; nothing if that cannot be told. */
  private static Optional<PartialResponse> left(Question asked, Snapshot snapshot) {
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
      return Optional.of(
          new PartialAuthorizer(rules.bundle().schema())
              .isAuthorized(
                  request,
                  rules.policies(),
                  PartialEntities.of(known.values(), rules.bundle().schema())));
    } catch (ConformanceException | EntitiesException | SourceException e) {
      return Optional.empty();
    }
  }

  private static void know(EntityUid uid, Snapshot snapshot, Map<EntityUid, PartialEntity> known) {
    snapshot.entities().find(uid).ifPresent(found -> known.put(uid, PartialEntity.of(found)));
  }

  private static PartialUid partly(EntityUid uid) {
    return uid.id().isEmpty() ? PartialUid.ofType(uid.type()) : PartialUid.of(uid);
  }
}
