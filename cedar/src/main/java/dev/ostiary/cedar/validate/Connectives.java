package dev.ostiary.cedar.validate;

import dev.ostiary.cedar.validate.StaticType.Simple;

/** Types of {@code &&}, {@code ||} and {@code !} by those of their operands. */
final class Connectives {
  private Connectives() {}

  /** The type of {@code left && right}, {@code right} being typed with what {@code left} shows. */
  static Answer and(Answer left, Answer right) {
    StaticType l = left.type();
    StaticType r = right.type();
    Answer both;
    if (l == Simple.FALSE) both = Answer.of(Simple.FALSE);
    else if (l == null || r == null) both = Answer.failed(Simple.BOOL);
    else if (r == Simple.FALSE) both = Answer.of(Simple.FALSE);
    else {
      var capabilities = left.capabilities().union(right.capabilities());
      if (r == Simple.TRUE) both = Answer.of(l, capabilities);
      else if (l == Simple.TRUE) both = Answer.of(r, right.capabilities());
      else both = Answer.of(Simple.BOOL, capabilities);
    }
    return both.after(left).after(right);
  }

  /** The type of {@code left || right}. */
  static Answer or(Answer left, Answer right) {
    StaticType l = left.type();
    StaticType r = right.type();
    Answer either;
    if (l == null || r == null) either = Answer.failed(Simple.BOOL);
    else if (r == Simple.TRUE) either = Answer.of(Simple.TRUE, right.capabilities());
    else if (r == Simple.FALSE) either = Answer.of(l, left.capabilities());
    else if (l == Simple.FALSE) either = Answer.of(r, right.capabilities());
    else either = Answer.of(Simple.BOOL, right.capabilities().intersection(left.capabilities()));
    return either.after(left).after(right);
  }

  /** The type of {@code !argument}. */
  static Answer not(Answer argument) {
    StaticType type = argument.type();
    if (type == null) return Answer.failed(Simple.BOOL);
    var negated =
        type == Simple.TRUE ? Simple.FALSE : type == Simple.FALSE ? Simple.TRUE : Simple.BOOL;
    return Answer.of(negated).after(argument);
  }
}
