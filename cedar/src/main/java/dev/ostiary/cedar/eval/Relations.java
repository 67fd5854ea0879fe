package dev.ostiary.cedar.eval;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.SetValue;
import dev.ostiary.cedar.StringValue;
import dev.ostiary.cedar.Value;
import dev.ostiary.cedar.store.StoredEntity;
import dev.ostiary.cedar.store.Vocabulary;
import dev.ostiary.cedar.syntax.Expr.Binary.Operator;
import dev.ostiary.cedar.syntax.Pattern;
import dev.ostiary.cedar.syntax.Span;
import java.util.List;

/** Equality, membership, types and patterns. */
final class Relations {
  private Relations() {}

  /** {@code ==} and {@code !=}, which never fail by themselves. */
  static final class Equal extends Code.Bool {
    private final boolean wanted;
    private final Code left;
    private final Code right;

    Equal(boolean wanted, Code left, Code right, Span span) {
      super(span);
      this.wanted = wanted;
      this.left = left;
      this.right = right;
    }

    @Override
    public int test(Env env) {
      Value a = left.value(env);
      Value b = a == null ? null : right.value(env);
      return a == null || b == null ? FAILED : of(a.equals(b) == wanted);
    }
  }

  /** {@code in}: below an entity or one of a set of entities. */
  static final class In extends Code.Bool {
    private final Code left;
    private final Code right;

    In(Code left, Code right, Span span) {
      super(span);
      this.left = left;
      this.right = right;
    }

    @Override
    public int test(Env env) {
      Value a = left.value(env);
      Value b = a == null ? null : right.value(env);
      if (a == null || b == null) return FAILED;
      if (!(a instanceof EntityUid uid)) {
        Failures.type(env, left.span, "entity", a);
        return FAILED;
      }
      StoredEntity data = env.data(uid);
      if (b instanceof EntityUid group) return of(env.store.isIn(uid, data, group));
      if (b instanceof SetValue groups) return inAny(env, uid, data, groups);
      Failures.type(env, right.span, "entity or set of entities", b);
      return FAILED;
    }

    private int inAny(
        Env env,
        EntityUid uid,
        @org.jspecify.annotations.Nullable StoredEntity data,
        SetValue groups) {
      // Every element must be an entity, whichever answers.
      for (int i = 0; i < groups.size(); i++) {
        if (!(groups.at(i) instanceof EntityUid)) {
          Failures.type(env, right.span, "entity", groups.at(i));
          return FAILED;
        }
      }
      for (int i = 0; i < groups.size(); i++) {
        if (groups.at(i) instanceof EntityUid group && env.store.isIn(uid, data, group))
          return TRUE;
      }
      return FALSE;
    }
  }

  static final class Is extends Code.Bool {
    private final Code argument;
    private final String entityType;

    Is(Code argument, String entityType, Span span) {
      super(span);
      this.argument = argument;
      this.entityType = Vocabulary.learned(entityType);
    }

    @Override
    public int test(Env env) {
      Value value = argument.value(env);
      if (value instanceof EntityUid uid) return of(uid.type().equals(entityType));
      if (value != null) Failures.type(env, argument.span, "entity", value);
      return FAILED;
    }
  }

  /** {@code contains}, {@code containsAll} and {@code containsAny}. */
  static final class Contains extends Code.Bool {
    private final Operator operator;
    private final Code left;
    private final Code right;

    Contains(Operator operator, Code left, Code right, Span span) {
      super(span);
      this.operator = operator;
      this.left = left;
      this.right = right;
    }

    @Override
    public int test(Env env) {
      Value a = left.value(env);
      Value b = a == null ? null : right.value(env);
      if (a == null || b == null) return FAILED;
      if (!(a instanceof SetValue set)) {
        Failures.type(env, left.span, "set", a);
        return FAILED;
      }
      if (operator == Operator.CONTAINS) return of(set.contains(b));
      if (b instanceof SetValue other)
        return of(
            operator == Operator.CONTAINS_ALL ? set.containsAll(other) : set.containsAny(other));
      Failures.type(env, right.span, "set", b);
      return FAILED;
    }
  }

  static final class IsEmpty extends Code.Bool {
    private final Code argument;

    IsEmpty(Code argument, Span span) {
      super(span);
      this.argument = argument;
    }

    @Override
    public int test(Env env) {
      Value value = argument.value(env);
      if (value instanceof SetValue set) return of(set.size() == 0);
      if (value != null) Failures.type(env, argument.span, "set", value);
      return FAILED;
    }
  }

  static final class Like extends Code.Bool {
    private final Code argument;
    private final List<String> pieces;

    Like(Code argument, Pattern pattern, Span span) {
      super(span);
      this.argument = argument;
      this.pieces = pattern.pieces();
    }

    @Override
    public int test(Env env) {
      Value value = argument.value(env);
      if (value instanceof StringValue(String text)) return of(matches(text));
      if (value != null) Failures.type(env, argument.span, "string", value);
      return FAILED;
    }

    /**
     * Takes each piece where it comes first. Pieces and text are whole characters, so a match of
     * UTF-16 units is one of code points.
     */
    private boolean matches(String text) {
      String first = pieces.getFirst();
      if (pieces.size() == 1) return text.equals(first);
      String last = pieces.getLast();
      int end = text.length() - last.length();
      if (end < first.length() || !text.startsWith(first) || !text.endsWith(last)) return false;
      int at = first.length();
      for (int i = 1; i < pieces.size() - 1; i++) {
        String piece = pieces.get(i);
        int found = text.indexOf(piece, at);
        if (found < 0 || found + piece.length() > end) return false;
        at = found + piece.length();
      }
      return true;
    }
  }
}
