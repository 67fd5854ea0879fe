package dev.ostiary.cedar;

import dev.ostiary.cedar.eval.Compiler;
import dev.ostiary.cedar.eval.Env;
import dev.ostiary.cedar.syntax.Expr;
import org.jspecify.annotations.Nullable;

/** What came of an expression. */
public sealed interface Evaluation {
  /** It has a value. */
  record Of(Value value) implements Evaluation {}

  /** It has none. */
  record Failed(EvaluationError error) implements Evaluation {}

  /** Evaluates {@code expr} once; who asks often loads a {@link PolicySet}. */
  static Evaluation of(Expr expr, Request request, Entities entities) {
    var env = new Env(request, entities.store());
    @Nullable Value value = Compiler.compile(expr).eval(env);
    if (value != null) return new Of(value);
    EvaluationError error = env.failure();
    if (error == null) throw new IllegalStateException("no value and no failure");
    return new Failed(error);
  }
}
