package dev.ostiary.cedar.validate;

import dev.ostiary.cedar.syntax.Expr;
import dev.ostiary.cedar.syntax.Sugar;
import dev.ostiary.cedar.validate.StaticType.Field;
import dev.ostiary.cedar.validate.StaticType.Fields;
import dev.ostiary.cedar.validate.StaticType.Simple;
import dev.ostiary.cedar.validate.ValidationError.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Types {@code x has a.b.c}, which the tree has as {@code x has a && x.a has b && x.a.b has c}. All
 * tests share one {@code x}, which is typed once, and an error in {@code x} is no reason to doubt
 * what the tests show.
 */
final class ExtendedHas {
  private final TypeChecker checker;
  private final Shapes shapes;

  ExtendedHas(TypeChecker checker, Shapes shapes) {
    this.checker = checker;
    this.shapes = shapes;
  }

  /** Whether {@code e} was written as one {@code has}. */
  static boolean isOne(Expr.And e) {
    return Sugar.of(e).orElse(null) instanceof Sugar.HasPath;
  }

  private static Expr lastTest(Expr e) {
    return e instanceof Expr.And and ? and.right() : e;
  }

  Answer check(Capabilities prior, Expr.And e) {
    var nodes = new ArrayDeque<Expr>();
    Expr first = e;
    for (; first instanceof Expr.And and; first = and.left()) nodes.push(and);
    nodes.push(first);
    var root = (Expr.HasAttribute) first;
    Answer base = checker.expect(prior, root.argument(), Expected.ENTITY_OR_RECORD);
    if (base.type() == null) return Answer.failed(Simple.BOOL);
    return steps(prior, base, nodes).after(base);
  }

  /** {@code nodes}: the first test, and then each {@code &&} with one test more. */
  private Answer steps(Capabilities prior, Answer base, Deque<Expr> nodes) {
    var steps = new ArrayList<Answer>();
    var known = prior;
    Field field = null;
    for (Expr node : nodes) {
      var test = (Expr.HasAttribute) lastTest(node);
      StaticType type = base.type();
      if (test.argument() instanceof Expr.GetAttribute get && !steps.isEmpty()) {
        if (field == null) {
          checker.error(
              Kind.UNSAFE_ATTRIBUTE_ACCESS,
              get,
              "attribute `" + get.attribute() + "` may be missing");
          return Answer.failed(Simple.BOOL);
        }
        type = field.type();
        checker.put(get, type);
        if (!Expected.ENTITY_OR_RECORD.accepts(type)) {
          checker.error(Kind.UNEXPECTED_TYPE, get, Expected.ENTITY_OR_RECORD.complaint(type));
          return Answer.failed(Simple.BOOL);
        }
      }
      if (type == null) return Answer.failed(Simple.BOOL);
      field = checker.schema().attribute(type, test.attribute());
      Answer step = step(known, test, type, field);
      checker.put(test, step.type() == null ? Simple.BOOL : step.type());
      steps.add(step);
      known = known.union(step.capabilities());
      checker.put(node, step.type() == Simple.FALSE ? Simple.FALSE : Simple.BOOL);
      if (step.type() == Simple.FALSE) break;
    }
    return all(steps);
  }

  private Answer step(
      Capabilities known, Expr.HasAttribute test, StaticType type, @Nullable Field field) {
    if (field == null)
      return Answer.of(
          checker.schema().mayHave(type, test.attribute()) ? Simple.BOOL : Simple.FALSE);
    int capability = shapes.attribute(test.argument(), test.attribute());
    if (known.contains(capability) || (field.required() && type instanceof Fields))
      return Answer.of(Simple.TRUE);
    return Answer.of(Simple.BOOL, Capabilities.of(capability));
  }

  private static Answer all(List<Answer> steps) {
    Answer all = steps.removeLast();
    while (!steps.isEmpty()) all = Connectives.and(steps.removeLast(), all);
    return all;
  }
}
