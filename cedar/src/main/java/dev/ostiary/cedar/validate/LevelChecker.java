package dev.ostiary.cedar.validate;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.syntax.Expr;
import dev.ostiary.cedar.syntax.Span;
import dev.ostiary.cedar.validate.StaticType.Entities;
import dev.ostiary.cedar.validate.StaticType.Fields;
import dev.ostiary.cedar.validate.StaticType.Simple;
import dev.ostiary.cedar.validate.ValidationError.Kind;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Counts how many entities in a row a policy reads, starting from the request's: {@code
 * principal.manager.name} reads two. A caller that loads entities up to that level has all that the
 * policy needs.
 *
 * @see <a
 *     href="https://github.com/cedar-policy/rfcs/blob/main/text/0076-entity-slice-validation.md">RFC
 *     76</a>
 */
final class LevelChecker {
  private final Typing typing;
  private final int limit;
  private final Collection<TypeError> errors;

  /** The highest level at each place, so that one {@code has a.b.c} is reported once. */
  private final Map<Place, Integer> exceeded = new HashMap<>();

  /** Where an operand that settles its {@code &&} or {@code ||} by its type alone is reported. */
  private final IdentityHashMap<Expr, Place> settling = new IdentityHashMap<>();

  LevelChecker(Typing typing, int limit, Collection<TypeError> errors) {
    this.typing = typing;
    this.limit = limit;
    this.errors = errors;
  }

  /**
   * A place in the policy.
   *
   * @param inScope whether it is a clause of the scope that is not false for its type
   */
  private record Place(Span span, boolean inScope) {}

  /** Checks {@code conjuncts}, of which the first {@code scope} are the scope of a policy. */
  void check(List<Expr> conjuncts, int scope, Span policy) {
    for (int i = 0; i < conjuncts.size(); i++) {
      Expr conjunct = conjuncts.get(i);
      boolean isFalse = is(conjunct, Simple.FALSE);
      if (i < scope) settling.put(conjunct, new Place(policy, !isFalse));
      if (i < scope && conjunct instanceof Expr.And isIn)
        settling.put(isIn.right(), new Place(policy, true));
      if (i >= scope && isFalse && i < conjuncts.size() - 1)
        settling.put(conjunct, new Place(policy, false));
      check(conjunct);
      if (isFalse) break;
    }
    exceeded.forEach((place, level) ->
        errors.add(
            new TypeError(
                Kind.ENTITY_DEREF_LEVEL_VIOLATION,
                place.span(),
                (place.inScope() ? "the scope" : "this")
                    + " needs entities up to level "
                    + level
                    + ", allowed are "
                    + limit)));
  }

  private Place place(Expr expr) {
    Place place = settling.get(expr);
    return place == null ? new Place(expr.span(), false) : place;
  }

  private boolean is(Expr expr, StaticType type) {
    return typing.typeOf(expr).filter(t -> t == type).isPresent();
  }

  private void check(Expr expr) {
    switch (expr) {
      case Expr.If(var condition, var yes, var no, _) -> {
        check(condition);
        if (!is(condition, Simple.FALSE)) check(yes);
        if (!is(condition, Simple.TRUE)) check(no);
      }
      case Expr.And and -> checkAnd(and);
      case Expr.Or or -> checkOr(or);
      case Expr.Binary(var operator, var left, var right, _)
          when operator == Expr.Binary.Operator.IN
              || operator == Expr.Binary.Operator.HAS_TAG
              || operator == Expr.Binary.Operator.GET_TAG -> {
        read(place(expr), left);
        check(right);
      }
      case Expr.GetAttribute(var argument, _, _) -> checkAttribute(expr, argument);
      case Expr.HasAttribute(var argument, _, _) -> checkAttribute(expr, argument);
      case Expr.Literal _,
          Expr.Variable _,
          Expr.Unknown _,
          Expr.Not _,
          Expr.Negate _,
          Expr.Binary _,
          Expr.IsEmpty _,
          Expr.Like _,
          Expr.Is _,
          Expr.SetLiteral _,
          Expr.RecordLiteral _,
          Expr.Call _ ->
          expr.parts().forEach(this::check);
    }
  }

  private void checkAnd(Expr.And e) {
    var spine = new ArrayDeque<Expr.And>();
    Expr first = e;
    for (; first instanceof Expr.And and && !ExtendedHas.isOne(and); first = and.left())
      spine.push(and);
    if (is(first, Simple.FALSE)) settling.put(first, place(e));
    if (first instanceof Expr.And path) checkPath(path);
    else check(first);
    for (Expr.And and : spine) if (!is(and.left(), Simple.FALSE)) check(and.right());
  }

  private void checkOr(Expr.Or e) {
    var spine = new ArrayDeque<Expr.Or>();
    Expr first = e;
    for (; first instanceof Expr.Or or; first = or.left()) spine.push(or);
    if (is(first, Simple.TRUE)) settling.put(first, place(e));
    check(first);
    for (Expr.Or or : spine) if (!is(or.left(), Simple.TRUE)) check(or.right());
  }

  private void checkAttribute(Expr access, Expr argument) {
    switch (typing.typeOf(argument).orElse(Simple.NEVER)) {
      case Entities _ -> read(place(access), argument);
      case Fields _ -> check(argument);
      case Simple _, StaticType.SetOf _, StaticType.Extension _ -> untyped(access);
    }
  }

  /** {@code x has a.b.c}: as many reads as there are entities on the path. */
  private void checkPath(Expr.And path) {
    var tests = new ArrayDeque<Expr.HasAttribute>();
    Expr node = path;
    for (; node instanceof Expr.And and; node = and.left())
      tests.push((Expr.HasAttribute) and.right());
    var first = (Expr.HasAttribute) node;
    tests.push(first);
    for (Expr.HasAttribute test : tests) {
      StaticType type = typing.typeOf(test.argument()).orElse(Simple.NEVER);
      if (type instanceof Entities) read(place(path), test.argument());
      else if (test == first) check(test.argument());
      if (is(test, Simple.FALSE) || !(type instanceof Entities || type instanceof Fields)) break;
    }
  }

  /** Only where an error of types has been reported. */
  private void untyped(Expr expr) {
    errors.add(
        new TypeError(
            Kind.INTERNAL_INVARIANT_VIOLATION,
            expr.span(),
            "the level cannot be told of what has no type"));
  }

  /** At {@code place} the entity is read that {@code target} evaluates to. */
  private void read(Place place, Expr target) {
    int level = 1 + level(target, new ArrayDeque<>());
    if (level > limit) exceeded.merge(place, level, Math::max);
  }

  /**
   * The level of the entity that {@code e}, followed by {@code path}, evaluates to; checks what is
   * evaluated on the way.
   *
   * @param path attributes of records still to be taken, the next one first
   */
  private int level(Expr e, Deque<String> path) {
    return switch (e) {
      case Expr.Variable _ -> 0;
      case Expr.Literal(EntityUid uid, var span) -> {
        if (!uid.equals(typing.environment().action())) literal(span);
        yield 0;
      }
      case Expr.Unknown unknown -> {
        literal(unknown.span());
        yield 0;
      }
      case Expr.If(var condition, var yes, var no, _) -> {
        check(condition);
        int level = 0;
        if (!is(condition, Simple.FALSE)) level = level(yes, new ArrayDeque<>(path));
        if (!is(condition, Simple.TRUE)) level = Math.max(level, level(no, new ArrayDeque<>(path)));
        yield level;
      }
      case Expr.GetAttribute(var argument, var name, _) -> {
        StaticType type = typing.typeOf(argument).orElse(Simple.NEVER);
        if (type instanceof Entities) yield 1 + level(argument, path);
        if (!(type instanceof Fields)) {
          untyped(e);
          yield 0;
        }
        path.push(name);
        yield level(argument, path);
      }
      case Expr.Binary(var operator, var left, var right, _)
          when operator == Expr.Binary.Operator.GET_TAG -> {
        int level = 1 + level(left, path);
        check(right);
        yield level;
      }
      case Expr.RecordLiteral(var entries, _) -> {
        String next = path.poll();
        if (entries.stream().noneMatch(entry -> entry.name().equals(next))) {
          untyped(e);
          yield 0;
        }
        int level = 0;
        for (var entry : entries)
          if (entry.name().equals(next)) level = level(entry.value(), path);
          else check(entry.value());
        yield level;
      }
      case Expr.Literal _,
          Expr.Or _,
          Expr.And _,
          Expr.Not _,
          Expr.Negate _,
          Expr.Binary _,
          Expr.IsEmpty _,
          Expr.Like _,
          Expr.Is _,
          Expr.HasAttribute _,
          Expr.SetLiteral _,
          Expr.Call _ -> {
        untyped(e);
        yield 0;
      }
    };
  }

  private void literal(Span span) {
    errors.add(
        new TypeError(
            Kind.ENTITY_DEREF_LEVEL_VIOLATION,
            span,
            "attributes, tags and groups of an entity literal are at no level"));
  }
}
