package dev.ostiary.cedar.eval;

import dev.ostiary.cedar.Value;
import dev.ostiary.cedar.store.StoredEntity;
import dev.ostiary.cedar.syntax.Expr;
import dev.ostiary.cedar.syntax.Expr.Binary.Operator;
import dev.ostiary.cedar.syntax.Expr.Variable.Name;
import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.cedar.syntax.Policy.Condition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Policies that first of all compare one attribute of a variable with a literal, by that literal.
 *
 * <p>Where the attribute is there, the comparison cannot fail, so a policy with another literal is
 * false whatever follows. Where it is not there, each of them fails and must be reported, so all
 * are candidates.
 */
final class AttributeIndex {
  private static final CompiledPolicy[] NONE = {};

  private final Key key;
  private final CompiledPolicy[] all;
  private final Map<Value, CompiledPolicy[]> byValue = new HashMap<>();
  private final Access.Slot slot;

  /** What is compared first. */
  private record Key(Name variable, String attribute) {}

  private record Test(Key key, Value literal) {}

  private AttributeIndex(Key key, List<CompiledPolicy> policies) {
    this.key = key;
    this.slot = new Access.Slot(key.attribute());
    this.all = policies.toArray(NONE);
    var lists = new HashMap<Value, List<CompiledPolicy>>();
    for (CompiledPolicy policy : policies) {
      Value literal = firstTest(policy.policy()).orElseThrow().literal();
      lists.computeIfAbsent(literal, _ -> new ArrayList<>(1)).add(policy);
    }
    lists.forEach((literal, list) -> byValue.put(literal, list.toArray(NONE)));
  }

  /**
   * Indexes for {@code policies} where several compare the same attribute. The others are added to
   * {@code rest}.
   */
  static AttributeIndex[] of(List<CompiledPolicy> policies, List<CompiledPolicy> rest) {
    var byKey = new HashMap<Key, List<CompiledPolicy>>();
    for (CompiledPolicy policy : policies) {
      Optional<Test> test = firstTest(policy.policy());
      if (test.isEmpty()) rest.add(policy);
      else byKey.computeIfAbsent(test.get().key(), _ -> new ArrayList<>(1)).add(policy);
    }
    var indexes = new ArrayList<AttributeIndex>();
    byKey.forEach((key, list) -> {
      if (list.size() == 1) rest.addAll(list);
      else indexes.add(new AttributeIndex(key, list));
    });
    return indexes.toArray(AttributeIndex[]::new);
  }

  private static Optional<Test> firstTest(Policy policy) {
    if (policy.conditions().isEmpty()) return Optional.empty();
    Condition condition = policy.conditions().getFirst();
    if (condition.kind() != Condition.Kind.WHEN) return Optional.empty();
    Expr first = condition.body();
    while (first instanceof Expr.And(Expr left, _, _)) first = left;
    if (!(first instanceof Expr.Binary(Operator operator, Expr left, Expr right, _))
        || operator != Operator.EQUAL) return Optional.empty();
    return test(left, right).or(() -> test(right, left));
  }

  private static Optional<Test> test(Expr attribute, Expr literal) {
    if (attribute instanceof Expr.GetAttribute(Expr.Variable(Name variable, _), String name, _)
        && literal instanceof Expr.Literal(Value value, _))
      return Optional.of(new Test(new Key(variable, name), value));
    return Optional.empty();
  }

  /** The most policies for one value. */
  int longest() {
    int longest = 0;
    for (CompiledPolicy[] policies : byValue.values()) longest = Math.max(longest, policies.length);
    return longest;
  }

  /** Those that can be true or fail. */
  CompiledPolicy[] candidates(Env env) {
    Value value = value(env);
    return value == null ? all : byValue.getOrDefault(value, NONE);
  }

  private @Nullable Value value(Env env) {
    return switch (key.variable) {
      case PRINCIPAL -> attribute(env.principalData);
      case ACTION -> attribute(env.actionData);
      case RESOURCE -> attribute(env.resourceData);
      case CONTEXT -> slot.in(env.context);
    };
  }

  private @Nullable Value attribute(@Nullable StoredEntity data) {
    return data == null ? null : slot.in(data.attributes());
  }
}
