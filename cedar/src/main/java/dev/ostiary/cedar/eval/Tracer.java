package dev.ostiary.cedar.eval;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.Request;
import dev.ostiary.cedar.Trace;
import dev.ostiary.cedar.Trace.Observation;
import dev.ostiary.cedar.Trace.Outcome;
import dev.ostiary.cedar.Value;
import dev.ostiary.cedar.store.EntityStore;
import dev.ostiary.cedar.syntax.Expr;
import dev.ostiary.cedar.syntax.Expr.Binary.Operator;
import dev.ostiary.cedar.syntax.Expr.Variable.Name;
import dev.ostiary.cedar.syntax.Policy.Condition;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Tells what policies came to. It compiles parts as it needs them, and is not for the hot path. */
public final class Tracer {
  private final Env env;

  /** For that request against those entities. */
  public Tracer(Request request, EntityStore store) {
    this.env = new Env(request, store);
  }

  /** What {@code policy} comes to. */
  public Trace trace(CompiledPolicy policy) {
    return new Trace(policy.policy(), outcome(policy));
  }

  private Outcome outcome(CompiledPolicy policy) {
    var mismatches = new ArrayList<Name>(3);
    if (!policy.principalMatches(env)) mismatches.add(Name.PRINCIPAL);
    if (!policy.actionMatches(env)) mismatches.add(Name.ACTION);
    if (!policy.resourceMatches(env)) mismatches.add(Name.RESOURCE);
    if (!mismatches.isEmpty()) return new Trace.ScopeMismatch(mismatches);
    return switch (policy.test(env)) {
      case Code.TRUE -> new Trace.Applied();
      case Code.FALSE -> conditionFalse(policy);
      default -> new Trace.Failed(Objects.requireNonNull(env.failure));
    };
  }

  private Outcome conditionFalse(CompiledPolicy policy) {
    for (Condition condition : policy.policy().conditions()) {
      int holds =
          switch (condition.kind()) {
            case WHEN -> Code.TRUE;
            case UNLESS -> Code.FALSE;
          };
      if (test(condition.body()) == holds) continue;
      Expr clause = deciding(condition.body(), Code.TRUE - holds);
      var observed = new ArrayList<Observation>();
      observe(clause, observed);
      return new Trace.ConditionFalse(condition, clause, observed);
    }
    throw new IllegalStateException("no false condition in " + policy.policy().id());
  }

  /** The part of {@code expr} that made it {@code result}. */
  private Expr deciding(Expr expr, int result) {
    boolean isChain = result == Code.FALSE ? expr instanceof Expr.And : expr instanceof Expr.Or;
    if (isChain)
      for (Expr operand : expr.operands())
        if (test(operand) == result) return deciding(operand, result);
    return expr;
  }

  private int test(Expr expr) {
    env.failure = null;
    return Compiler.compile(expr).test(env);
  }

  private void observe(Expr expr, List<Observation> observed) {
    switch (expr) {
      case Expr.Literal _, Expr.Unknown _ -> {}
      case Expr.Variable(var name, _) -> {
        // The context as a whole is more than a ticket wants.
        if (name != Name.CONTEXT) note(expr, observed);
      }
      case Expr.GetAttribute _ -> note(expr, observed);
      case Expr.Binary(var operator, Expr left, Expr right, _) -> {
        if (operator == Operator.GET_TAG) {
          note(expr, observed);
        } else {
          observe(left, observed);
          observe(right, observed);
        }
      }
      case Expr.If(Expr condition, Expr yes, Expr no, _) -> {
        observe(condition, observed);
        observe(yes, observed);
        observe(no, observed);
      }
      case Expr.Or _, Expr.And _ -> expr.operands().forEach(e -> observe(e, observed));
      case Expr.Not(Expr argument, _) -> observe(argument, observed);
      case Expr.Negate(Expr argument, _) -> observe(argument, observed);
      case Expr.IsEmpty(Expr argument, _) -> observe(argument, observed);
      case Expr.Like(Expr argument, _, _) -> observe(argument, observed);
      case Expr.Is(Expr argument, _, _) -> observe(argument, observed);
      case Expr.HasAttribute(Expr argument, _, _) -> observe(argument, observed);
      case Expr.SetLiteral(var elements, _) -> elements.forEach(e -> observe(e, observed));
      case Expr.RecordLiteral(var entries, _) ->
          entries.forEach(entry -> observe(entry.value(), observed));
      case Expr.Call(_, var arguments, _) -> arguments.forEach(a -> observe(a, observed));
    }
  }

  private void note(Expr expr, List<Observation> observed) {
    String text = expr.span().text();
    for (Observation other : observed)
      if (!text.isEmpty() && other.expr().span().text().equals(text)) return;
    // What was not reached may have no value, and then decided nothing.
    value(expr).ifPresent(value -> observed.add(new Observation(expr, owner(expr), value)));
  }

  private Optional<Value> value(Expr expr) {
    env.failure = null;
    return Optional.ofNullable(Compiler.compile(expr).eval(env));
  }

  private Optional<EntityUid> owner(Expr expr) {
    Expr owner = expr;
    while (owner instanceof Expr.GetAttribute(Expr argument, _, _)) {
      owner = argument;
      if (value(owner).orElse(null) instanceof EntityUid uid) return Optional.of(uid);
    }
    return owner instanceof Expr.Binary(var operator, Expr tagged, _, _)
            && operator == Operator.GET_TAG
            && value(tagged).orElse(null) instanceof EntityUid uid
        ? Optional.of(uid)
        : Optional.empty();
  }
}
