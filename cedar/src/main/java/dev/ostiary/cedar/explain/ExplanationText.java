package dev.ostiary.cedar.explain;

import dev.ostiary.cedar.Decision;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.EvaluationError;
import dev.ostiary.cedar.PolicyError;
import dev.ostiary.cedar.Trace;
import dev.ostiary.cedar.Trace.Observation;
import dev.ostiary.cedar.explain.Explanation.Clauses;
import dev.ostiary.cedar.format.PolicyText;
import dev.ostiary.cedar.syntax.Expr;
import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.cedar.syntax.Span;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/** An explanation for people: what was asked, what decided, what was missing. */
final class ExplanationText {
  private static final int MOST_LINES = 8;
  private static final int LONGEST_CLAUSE = 160;
  private static final int LONGEST_VALUE = 60;

  private final Mask mask;
  private final StringBuilder out = new StringBuilder();

  ExplanationText(Explanation explanation, Mask mask) {
    this.mask = mask;
    headline(explanation);
    determining(explanation);
    nearest(explanation);
    stopped(explanation);
    errors(explanation);
  }

  private void headline(Explanation explanation) {
    var request = explanation.request();
    String decision = explanation.decision() == Decision.ALLOW ? "allow" : "deny";
    line(
        decision
            + ": principal "
            + shown(Expr.Variable.Name.PRINCIPAL, request.principal())
            + ", action "
            + shown(Expr.Variable.Name.ACTION, request.action())
            + ", resource "
            + shown(Expr.Variable.Name.RESOURCE, request.resource()));
    if (explanation.determining().isEmpty()) line("no policy permits it");
  }

  private void determining(Explanation explanation) {
    String verb = explanation.decision() == Decision.ALLOW ? "permitted by " : "forbidden by ";
    each(
        "",
        explanation.determining(),
        clauses -> {
          line(verb + named(clauses.policy()));
          each("  ", clauses.requirements(), r -> line("  because " + requirement(r)));
        });
  }

  private void nearest(Explanation explanation) {
    for (Clauses clauses : explanation.nearest()) {
      line("not permitted by " + named(clauses.policy()));
      each("  ", clauses.unmet(), r -> line("  would need " + requirement(r)));
    }
  }

  /** Candidates that neither decided nor were near. */
  private void stopped(Explanation explanation) {
    var near = new HashSet<String>();
    explanation.nearest().forEach(clauses -> near.add(clauses.policy().id()));
    var rest = new ArrayList<String>();
    for (Trace trace : explanation.candidates())
      if (trace.outcome() instanceof Trace.ConditionFalse(var condition, var clause, var observed)
          && !near.contains(trace.policy().id()))
        rest.add(
            "`"
                + trace.policy().id()
                + "` does not apply: not "
                + clause(clause, condition.kind() == Policy.Condition.Kind.WHEN)
                + values(observed));
    each("", rest, this::line);
  }

  private void errors(Explanation explanation) {
    each("", explanation.errors(), this::error);
  }

  private void error(PolicyError error) {
    line("`" + error.policy().id() + "` was skipped: " + message(error.error()));
  }

  /** Messages quote values, so only their kind is left where values are masked. */
  private String message(EvaluationError error) {
    return mask == Mask.NONE ? error.message() : error.kind().notation();
  }

  private String requirement(Requirement requirement) {
    String clause = clause(requirement.clause(), requirement.wanted());
    return requirement
        .error()
        .map(error -> clause + ", which has no value: " + message(error))
        .orElseGet(() -> clause + values(requirement.observed()));
  }

  private static String clause(Expr clause, boolean wanted) {
    String written = clause.span().text();
    if (written.isEmpty()) written = PolicyText.of(clause); // of the scope, or of JSON
    String text = cut(written.replaceAll("\\s+", " "), LONGEST_CLAUSE);
    return wanted ? "`" + text + "`" : "`!(" + text + ")`";
  }

  private String values(List<Observation> observed) {
    var values = new ArrayList<String>();
    for (Observation one : observed.subList(0, Math.min(observed.size(), MOST_LINES)))
      values.add(PolicyText.of(one.expr()) + " is " + shown(one));
    return values.isEmpty() ? "" : "; " + String.join(", ", values);
  }

  private String shown(Observation observed) {
    return cut(mask.show(observed), LONGEST_VALUE);
  }

  private String shown(Expr.Variable.Name name, EntityUid uid) {
    return shown(new Observation(new Expr.Variable(name, Span.NONE), Optional.empty(), uid));
  }

  private static String named(Policy policy) {
    String place = policy.span().toString();
    return "`" + policy.id() + "`" + (place.isEmpty() ? "" : " (" + place + ")");
  }

  private static String cut(String text, int most) {
    if (text.codePointCount(0, text.length()) <= most) return text;
    return text.substring(0, text.offsetByCodePoints(0, most)) + "…";
  }

  private interface Line<T> {
    void write(T one);
  }

  private <T> void each(String indent, List<T> all, Line<T> line) {
    for (T one : all.subList(0, Math.min(all.size(), MOST_LINES))) line.write(one);
    if (all.size() > MOST_LINES) line(indent + "and " + (all.size() - MOST_LINES) + " more");
  }

  private void line(String text) {
    out.append(text).append('\n');
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
