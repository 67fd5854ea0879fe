package dev.ostiary.cedar.eval;

import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.cedar.syntax.Policy.Condition;
import dev.ostiary.cedar.syntax.SameTree;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Compiles conditions, those of several policies once if they say the same. Ten thousand policies
 * often have a handful of conditions between them, and what is run often is at hand.
 *
 * <p>What says the same is found by its text, and then compared node by node, since a text is only
 * where a node came from.
 */
final class SharedConditions {
  private static final int MAX_TREES = 4;

  private final Map<String, List<Shared>> byText = new HashMap<>();

  /** Code and the conditions it was compiled from. */
  record Shared(List<Condition> conditions, Code code) {}

  Shared of(Policy policy) {
    List<Shared> known = byText.computeIfAbsent(text(policy), _ -> new ArrayList<>(1));
    for (Shared shared : known) {
      if (areSame(shared.conditions, policy.conditions())) return shared;
    }
    var shared =
        new Shared(policy.conditions(), Compiler.conditions(policy.conditions(), policy.span()));
    // Of one text there is one tree, unless somebody made trees of their own.
    if (known.size() < MAX_TREES) known.add(shared);
    return shared;
  }

  private static String text(Policy policy) {
    var text = new StringBuilder();
    for (Condition condition : policy.conditions()) text.append(condition.span().text());
    return text.toString();
  }

  private static boolean areSame(List<Condition> a, List<Condition> b) {
    if (a == b) return true;
    if (a.size() != b.size()) return false;
    for (int i = 0; i < a.size(); i++) {
      if (a.get(i).kind() != b.get(i).kind()) return false;
      if (!SameTree.sayTheSame(a.get(i).body(), b.get(i).body())) return false;
    }
    return true;
  }
}
