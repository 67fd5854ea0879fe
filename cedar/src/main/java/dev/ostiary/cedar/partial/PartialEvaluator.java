package dev.ostiary.cedar.partial;

import dev.ostiary.cedar.BoolValue;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.Request;
import dev.ostiary.cedar.SetValue;
import dev.ostiary.cedar.StringValue;
import dev.ostiary.cedar.Value;
import dev.ostiary.cedar.eval.Compiler;
import dev.ostiary.cedar.eval.Env;
import dev.ostiary.cedar.partial.Residual.Failed;
import dev.ostiary.cedar.partial.Residual.Known;
import dev.ostiary.cedar.partial.Residual.Open;
import dev.ostiary.cedar.store.EntityStore;
import dev.ostiary.cedar.syntax.Expr;
import dev.ostiary.cedar.syntax.Expr.Binary.Operator;
import dev.ostiary.cedar.validate.StaticType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Evaluates expressions of one policy as far as the request and the entities are known.
 *
 * <p>Operations on values are those of the compiler, which folds them; here is only what an unknown
 * does to each. What depends on an unknown but not on which one it is, the types decide.
 */
final class PartialEvaluator {
  private static final EntityUid NOBODY = EntityUid.of("", "");

  private final PartialRequest request;
  private final PartialEntities entities;
  private final PartialTypes types;

  PartialEvaluator(PartialRequest request, PartialEntities entities, PartialTypes types) {
    this.request = request;
    this.entities = entities;
    this.types = types;
  }

  Residual evaluate(Expr expr) {
    return switch (expr) {
      case Expr.Literal(var value, _) -> new Known(value);
      case Expr.Variable variable -> variable(variable);
      case Expr.Unknown _ -> new Open(expr, true);
      case Expr.If choice -> choice(choice);
      case Expr.Or or -> disjunction(or);
      case Expr.And and -> conjunction(and);
      case Expr.Not(var argument, var span) ->
          unary(argument, open -> new Expr.Not(open, span), false);
      case Expr.Negate(var argument, var span) ->
          unary(argument, open -> new Expr.Negate(open, span), true);
      case Expr.IsEmpty(var argument, var span) ->
          unary(argument, open -> new Expr.IsEmpty(open, span), false);
      case Expr.Like(var argument, var pattern, var span) ->
          unary(argument, open -> new Expr.Like(open, pattern, span), false);
      case Expr.Is is -> is(is);
      case Expr.Binary binary -> binary(binary);
      case Expr.GetAttribute get -> attribute(get);
      case Expr.HasAttribute has -> has(has);
      case Expr.SetLiteral(var elements, var span) ->
          all(elements, parts -> new Expr.SetLiteral(parts, span), false);
      case Expr.RecordLiteral(var entries, var span) ->
          all(
              entries.stream().map(Expr.RecordLiteral.Entry::value).toList(),
              parts -> {
                var filled = new ArrayList<Expr.RecordLiteral.Entry>();
                for (int i = 0; i < parts.size(); i++)
                  filled.add(new Expr.RecordLiteral.Entry(entries.get(i).name(), parts.get(i)));
                return new Expr.RecordLiteral(filled, span);
              },
              false);
      case Expr.Call(var function, var arguments, var span) ->
          all(arguments, parts -> new Expr.Call(function, parts, span), true);
    };
  }

  /** Chains lean to the left, and may be long: so by iteration. */
  private Residual conjunction(Expr.And and) {
    var chain = new ArrayDeque<Expr.And>();
    Expr start = and;
    for (; start instanceof Expr.And next; start = next.left()) chain.push(next);
    var first = evaluate(start);
    for (Expr.And next : chain) {
      boolean never = types.of(next.left()) == StaticType.Simple.FALSE;
      if (first instanceof Open && never) continue;
      first =
          first instanceof Open || isTrue(first)
              ? both(first, evaluate(next.right()))
              : stop(first);
    }
    return first;
  }

  private Residual disjunction(Expr.Or or) {
    var chain = new ArrayDeque<Expr.Or>();
    Expr start = or;
    for (; start instanceof Expr.Or next; start = next.left()) chain.push(next);
    var first = evaluate(start);
    for (Expr.Or next : chain) first = either(first, next);
    return first;
  }

  /** {@code left && right}, of which {@code left} is not false. */
  static Residual both(Residual left, Residual right) {
    if (!(left instanceof Open)) return isTrue(left) ? right : stop(left);
    if (isTrue(right)) return left;
    if (isFalse(right) && !left.mayFail()) return right;
    Expr and = new Expr.And(left.expr(), boolOrFailing(right), left.expr().span());
    return new Open(and, left.mayFail() || right.mayFail());
  }

  /** {@code or}, of which the left operand came to {@code first}. */
  private Residual either(Residual first, Expr.Or or) {
    if (isFalse(first)) return evaluate(or.right());
    if (!(first instanceof Open)) return isTrue(first) ? first : new Failed();
    if (types.of(or.left()) == StaticType.Simple.TRUE) return first;
    var second = evaluate(or.right());
    if (isFalse(second)) return first;
    if (isTrue(second) && !first.mayFail()) return second;
    return new Open(
        new Expr.Or(first.expr(), boolOrFailing(second), or.span()),
        first.mayFail() || second.mayFail());
  }

  private static Residual stop(Residual left) {
    return isFalse(left) ? left : new Failed();
  }

  private static Expr boolOrFailing(Residual residual) {
    boolean wrong = residual instanceof Known(var value) && !(value instanceof BoolValue);
    return wrong ? Residual.FAILING : residual.expr();
  }

  private Residual choice(Expr.If choice) {
    var condition = evaluate(choice.condition());
    if (isTrue(condition)) return evaluate(choice.yes());
    if (isFalse(condition)) return evaluate(choice.no());
    if (!(condition instanceof Open)) return new Failed();
    // A branch that is never taken was not looked at by the validator either.
    var known = types.of(choice.condition());
    var yes = evaluate(known == StaticType.Simple.FALSE ? choice.no() : choice.yes());
    var no = evaluate(known == StaticType.Simple.TRUE ? choice.yes() : choice.no());
    return new Open(
        new Expr.If(condition.expr(), yes.expr(), no.expr(), choice.span()),
        condition.mayFail() || yes.mayFail() || no.mayFail());
  }

  private Residual variable(Expr.Variable variable) {
    Optional<? extends Value> value =
        switch (variable.name()) {
          case PRINCIPAL -> request.principal().uid();
          case ACTION -> Optional.of(request.action());
          case RESOURCE -> request.resource().uid();
          case CONTEXT -> request.context();
        };
    return value.isPresent() ? new Known(value.get()) : new Open(variable, false);
  }

  private Residual unary(Expr argument, UnaryOperator<Expr> operation, boolean mayFail) {
    return switch (evaluate(argument)) {
      case Known known -> apply(operation.apply(known.expr()));
      case Failed failed -> failed;
      case Open open -> new Open(operation.apply(open.expr()), mayFail || open.mayFail());
    };
  }

  private Residual all(List<Expr> parts, Function<List<Expr>, Expr> whole, boolean mayFail) {
    var residuals = parts.stream().map(this::evaluate).toList();
    Expr expr = whole.apply(residuals.stream().map(Residual::expr).toList());
    if (residuals.stream().anyMatch(Failed.class::isInstance)) return new Failed();
    if (residuals.stream().allMatch(Residual::isKnown)) return apply(expr);
    return new Open(expr, mayFail || residuals.stream().anyMatch(Residual::mayFail));
  }

  private Residual is(Expr.Is is) {
    var argument = evaluate(is.argument());
    if (argument instanceof Open open
        && !open.mayFail()
        && types.of(is.argument()) instanceof StaticType.Entities(var possible)) {
      if (!possible.contains(is.entityType())) return Residual.known(false);
      if (possible.size() == 1) return Residual.known(true);
    }
    return again(argument, open -> new Expr.Is(open, is.entityType(), is.span()));
  }

  private static Residual again(Residual argument, UnaryOperator<Expr> operation) {
    return switch (argument) {
      case Known known -> apply(operation.apply(known.expr()));
      case Failed failed -> failed;
      case Open open -> new Open(operation.apply(open.expr()), open.mayFail());
    };
  }

  private Residual attribute(Expr.GetAttribute get) {
    var argument = evaluate(get.argument());
    if (argument instanceof Known(EntityUid uid)) {
      var attributes = entities.attributes(uid);
      if (attributes.isEmpty())
        return new Open(new Expr.GetAttribute(argument.expr(), get.attribute(), get.span()), true);
      Value value = attributes.get().find(get.attribute());
      return value == null ? new Failed() : new Known(value);
    }
    var residual =
        again(argument, open -> new Expr.GetAttribute(open, get.attribute(), get.span()));
    return residual instanceof Open(var expr, _) ? new Open(expr, true) : residual;
  }

  private Residual has(Expr.HasAttribute has) {
    var argument = evaluate(has.argument());
    if (!argument.mayFail() && types.neverHas(types.of(has.argument()), has.attribute()))
      return Residual.known(false);
    if (argument instanceof Known(EntityUid uid)) {
      var attributes = entities.attributes(uid);
      if (attributes.isPresent())
        return Residual.known(attributes.get().find(has.attribute()) != null);
      return new Open(new Expr.HasAttribute(argument.expr(), has.attribute(), has.span()), false);
    }
    return again(argument, open -> new Expr.HasAttribute(open, has.attribute(), has.span()));
  }

  private Residual binary(Expr.Binary binary) {
    var left = evaluate(binary.left());
    var right = evaluate(binary.right());
    var operator = binary.operator();
    if (!left.mayFail() && !right.mayFail()) {
      var never = types.isNever(operator, types.of(binary.left()), types.of(binary.right()));
      if (never) return Residual.known(operator == Operator.NOT_EQUAL);
    }
    if (left instanceof Failed || right instanceof Failed) return new Failed();
    Expr expr = new Expr.Binary(operator, left.expr(), right.expr(), binary.span());
    if (left instanceof Known(var a) && right instanceof Known(var b)) {
      return switch (operator) {
        case IN -> in(a, b, expr);
        case HAS_TAG, GET_TAG -> tag(operator, a, b, expr);
        case EQUAL,
            NOT_EQUAL,
            LESS,
            LESS_OR_EQUAL,
            GREATER,
            GREATER_OR_EQUAL,
            ADD,
            SUBTRACT,
            MULTIPLY,
            CONTAINS,
            CONTAINS_ALL,
            CONTAINS_ANY ->
            apply(expr);
      };
    }
    boolean mayFail =
        switch (operator) {
          case ADD, SUBTRACT, MULTIPLY, GET_TAG -> true;
          case EQUAL,
              NOT_EQUAL,
              LESS,
              LESS_OR_EQUAL,
              GREATER,
              GREATER_OR_EQUAL,
              IN,
              CONTAINS,
              CONTAINS_ALL,
              CONTAINS_ANY,
              HAS_TAG ->
              left.mayFail() || right.mayFail();
        };
    return new Open(expr, mayFail);
  }

  private Residual in(Value member, Value group, Expr expr) {
    if (!(member instanceof EntityUid uid)) return new Failed();
    List<Value> groups =
        group instanceof SetValue set ? List.copyOf(set.elements()) : List.of(group);
    for (var each : groups) if (!(each instanceof EntityUid)) return new Failed();
    var ancestors = entities.ancestors(uid);
    for (var each : groups)
      if (each.equals(uid) || (ancestors.isPresent() && ancestors.get().contains(each)))
        return Residual.known(true);
    return ancestors.isPresent() || groups.isEmpty()
        ? Residual.known(false)
        : new Open(expr, false);
  }

  private Residual tag(Operator operator, Value entity, Value key, Expr expr) {
    if (!(entity instanceof EntityUid uid) || !(key instanceof StringValue(var name)))
      return new Failed();
    var tags = entities.tags(uid);
    if (tags.isEmpty()) return new Open(expr, operator == Operator.GET_TAG);
    Value value = tags.get().find(name);
    if (operator == Operator.HAS_TAG) return Residual.known(value != null);
    return value == null ? new Failed() : new Known(value);
  }

  /** The value of an expression of literals, which no request and no entity takes part in. */
  private static Residual apply(Expr expr) {
    var nowhere =
        new Env(new Request(NOBODY, NOBODY, NOBODY, RecordValue.EMPTY), EntityStore.EMPTY);
    Value value = Compiler.compile(expr).eval(nowhere);
    return value == null ? new Failed() : new Known(value);
  }

  static boolean isTrue(Residual residual) {
    return residual instanceof Known(var value) && value == BoolValue.TRUE;
  }

  static boolean isFalse(Residual residual) {
    return residual instanceof Known(var value) && value == BoolValue.FALSE;
  }
}
