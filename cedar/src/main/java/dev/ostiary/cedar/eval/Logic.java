package dev.ostiary.cedar.eval;

import dev.ostiary.cedar.Value;
import dev.ostiary.cedar.syntax.Span;
import org.jspecify.annotations.Nullable;

/** Conditionals and Boolean connectives. */
final class Logic {
  private Logic() {}

  static final class If extends Code {
    private final Code condition;
    private final Code yes;
    private final Code no;

    If(Code condition, Code yes, Code no, Span span) {
      super(span);
      this.condition = condition;
      this.yes = yes;
      this.no = no;
    }

    @Override
    public @Nullable Value eval(Env env) {
      int result = condition.test(env);
      if (result == FAILED) return null;
      return result == TRUE ? yes.eval(env) : no.eval(env);
    }

    @Override
    public int test(Env env) {
      int result = condition.test(env);
      if (result == FAILED) return FAILED;
      return result == TRUE ? yes.test(env) : no.test(env);
    }
  }

  /** A chain of {@code &&}; grouping makes no difference to it. */
  static final class And extends Code.Bool {
    private final Code[] all;

    And(Code[] all, Span span) {
      super(span);
      this.all = all;
    }

    @Override
    public int test(Env env) {
      for (Code one : all) {
        int result = one.test(env);
        if (result != TRUE) return result;
      }
      return TRUE;
    }
  }

  /** A chain of {@code ||}; grouping makes no difference to it. */
  static final class Or extends Code.Bool {
    private final Code[] all;

    Or(Code[] all, Span span) {
      super(span);
      this.all = all;
    }

    @Override
    public int test(Env env) {
      for (Code one : all) {
        int result = one.test(env);
        if (result != FALSE) return result;
      }
      return FALSE;
    }
  }

  static final class Not extends Code.Bool {
    private final Code argument;

    Not(Code argument, Span span) {
      super(span);
      this.argument = argument;
    }

    @Override
    public int test(Env env) {
      int result = argument.test(env);
      return result == FAILED ? FAILED : TRUE - result;
    }
  }
}
