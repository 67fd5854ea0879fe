package dev.ostiary.cedar.eval;

import dev.ostiary.cedar.BoolValue;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.LongValue;
import dev.ostiary.cedar.StringValue;
import dev.ostiary.cedar.Value;
import dev.ostiary.cedar.syntax.Expr;
import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.cedar.syntax.Policy.Condition;
import dev.ostiary.cedar.syntax.Span;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Policies whose conditions begin by comparing the same attributes with literals, by these
 * literals: {@code principal.department == "a" && resource.kind == "b" && …}. Immutable.
 *
 * <p>Where a request has all of these attributes, the comparisons have values, so a policy with
 * another literal comes to false before what is behind them is reached, and is skipped. Where it
 * lacks one, a comparison fails, which is to be reported, so none is skipped.
 */
final class LiteralIndex {
  /** As many are looked at one by one as fast. */
  private static final int FEW = 4;

  private static final int MOST_TERMS = 4;
  private static final CompiledPolicy[] NONE = {};

  private final Access.OfVariable[] attributes;
  private final CompiledPolicy[] all;

  /** Open addressing, at most half full. */
  private final @Nullable Bucket[] table;

  /** Policies with the same literals. */
  private static final class Bucket {
    final Value[] literals;
    final CompiledPolicy[] policies;

    Bucket(List<Value> literals, List<CompiledPolicy> policies) {
      this.literals = literals.toArray(Value[]::new);
      this.policies = policies.toArray(CompiledPolicy[]::new);
    }

    /** Whether the request has all {@code attributes}, with these values. */
    boolean isOf(Access.OfVariable[] attributes, Env env) {
      for (int i = 0; i < literals.length; i++)
        if (!literals[i].equals(attributes[i].find(env))) return false;
      return true;
    }
  }

  /** An attribute that is compared. */
  private record Term(Expr.Variable.Name variable, String attribute) {}

  /** How a policy's conditions begin. */
  private record Beginning(List<Term> terms, List<Value> literals) {}

  private LiteralIndex(List<Term> terms, Map<List<Value>, List<CompiledPolicy>> byLiterals) {
    attributes =
        terms.stream()
            .map(term ->
                new Access.OfVariable(
                    new Expr.Variable(term.variable, Span.NONE), term.attribute, Span.NONE))
            .toArray(Access.OfVariable[]::new);
    all = byLiterals.values().stream().flatMap(List::stream).toArray(CompiledPolicy[]::new);
    int capacity = Integer.highestOneBit(byLiterals.size()) * 4;
    table = new @Nullable Bucket[capacity];
    byLiterals.forEach((literals, policies) -> {
      int hash = 0;
      for (Value literal : literals) hash = mixed(hash, literal);
      int at = hash & (capacity - 1);
      while (table[at] != null) at = (at + 1) & (capacity - 1);
      table[at] = new Bucket(literals, policies);
    });
  }

  /** Takes from {@code policies} those that are worth an index; the others stay. */
  static List<LiteralIndex> taken(List<CompiledPolicy> policies) {
    var groups = new LinkedHashMap<List<Term>, Map<List<Value>, List<CompiledPolicy>>>();
    for (CompiledPolicy policy : policies) {
      Beginning beginning = beginning(policy.policy());
      groups
          .computeIfAbsent(beginning.terms, _ -> new LinkedHashMap<>())
          .computeIfAbsent(beginning.literals, _ -> new ArrayList<>(1))
          .add(policy);
    }
    policies.clear();
    var indexes = new ArrayList<LiteralIndex>();
    groups.forEach((terms, byLiterals) -> {
      if (!terms.isEmpty() && byLiterals.size() > FEW)
        indexes.add(new LiteralIndex(terms, byLiterals));
      else byLiterals.values().forEach(policies::addAll);
    });
    return indexes;
  }

  private static Beginning beginning(Policy policy) {
    var beginning = new Beginning(new ArrayList<>(), new ArrayList<>());
    if (policy.conditions().isEmpty()) return beginning;
    Condition first = policy.conditions().getFirst();
    if (first.kind() != Condition.Kind.WHEN) return beginning;
    Expr body = first.body();
    for (Expr conjunct : body instanceof Expr.And ? body.operands() : List.of(body)) {
      if (beginning.terms.size() == MOST_TERMS) break;
      if (conjunct instanceof Expr.HasAttribute(Expr.Variable _, _, _)) continue; // never fails
      if (!isComparison(conjunct, beginning)) break;
    }
    return beginning;
  }

  /** Adds an attribute of a variable and the literal that it is compared with, if it is that. */
  private static boolean isComparison(Expr expr, Beginning beginning) {
    if (!(expr instanceof Expr.Binary(Expr.Binary.Operator operator, Expr left, Expr right, _)))
      return false;
    if (operator != Expr.Binary.Operator.EQUAL) return false;
    Expr access = left instanceof Expr.Literal ? right : left;
    Expr other = access == left ? right : left;
    if (!(access instanceof Expr.GetAttribute(Expr.Variable(var variable, _), String name, _)))
      return false;
    if (!(other instanceof Expr.Literal(Value literal, _)) || !isScalar(literal)) return false;
    beginning.terms.add(new Term(variable, name));
    beginning.literals.add(literal);
    return true;
  }

  private static boolean isScalar(Value value) {
    return value instanceof StringValue
        || value instanceof LongValue
        || value instanceof BoolValue
        || value instanceof EntityUid;
  }

  /** The policies that the request may match or that may fail on it. */
  CompiledPolicy[] candidates(Env env) {
    int hash = 0;
    for (int i = 0; i < attributes.length; i++) {
      Value value = attributes[i].find(env);
      if (value == null) return all;
      hash = mixed(hash, value);
    }
    int at = hash & (table.length - 1);
    for (Bucket bucket = table[at]; bucket != null; bucket = table[at]) {
      if (bucket.isOf(attributes, env)) return bucket.policies;
      at = (at + 1) & (table.length - 1);
    }
    return NONE;
  }

  /** What is no scalar equals no literal here, and may be large. */
  private static int mixed(int hash, Value value) {
    int mixed = (hash * 31 + (isScalar(value) ? value.hashCode() : 0)) * 0x9E3779B9;
    return mixed ^ (mixed >>> 15);
  }
}
