package dev.ostiary.cedar.eval;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.StringValue;
import dev.ostiary.cedar.Value;
import dev.ostiary.cedar.store.StoredEntity;
import dev.ostiary.cedar.store.Vocabulary;
import dev.ostiary.cedar.syntax.Expr;
import dev.ostiary.cedar.syntax.Span;
import org.jspecify.annotations.Nullable;

/** Variables, attributes and tags. */
final class Access {
  private Access() {}

  static final class Variable extends Code {
    private final Expr.Variable.Name name;

    Variable(Expr.Variable.Name name, Span span) {
      super(span);
      this.name = name;
    }

    @Override
    public Value eval(Env env) {
      return switch (name) {
        case PRINCIPAL -> env.principal;
        case ACTION -> env.action;
        case RESOURCE -> env.resource;
        case CONTEXT -> env.context;
      };
    }
  }

  /**
   * A name, and the place in a record where it was found last. Records of one make have it in one
   * place, so the guess is mostly right; another thread's guess is as good.
   */
  private static final class Slot {
    private final String name;
    private int guess;

    Slot(String name) {
      this.name = Vocabulary.learned(name);
    }

    @Nullable Value in(StoredEntity entity) {
      int at = guess;
      if (at < entity.size() && entity.nameAt(at).equals(name)) return entity.valueAt(at);
      at = entity.indexOf(name);
      if (at < 0) return null;
      guess = at;
      return entity.valueAt(at);
    }

    @Nullable Value in(RecordValue record) {
      int at = guess;
      if (at < record.size() && record.nameAt(at).equals(name)) return record.valueAt(at);
      at = record.indexOf(name);
      if (at < 0) return null;
      guess = at;
      return record.valueAt(at);
    }
  }

  static final class Attribute extends Code {
    private final Code target;
    private final Slot slot;

    Attribute(Code target, String name, Span span) {
      super(span);
      this.target = target;
      this.slot = new Slot(name);
    }

    @Override
    public @Nullable Value eval(Env env) {
      Value of = target.eval(env);
      if (of instanceof EntityUid uid) {
        StoredEntity data = env.data(uid);
        if (data == null) {
          Failures.noEntity(env, target.span, uid);
          return null;
        }
        Value value = slot.in(data);
        if (value == null) Failures.noEntityAttribute(env, span, uid, slot.name);
        return value;
      }
      if (of instanceof RecordValue record) {
        Value value = slot.in(record);
        if (value == null) Failures.noRecordAttribute(env, span, slot.name);
        return value;
      }
      if (of != null) Failures.type(env, target.span, "record or entity", of);
      return null;
    }
  }

  /** An attribute of a variable, which most are. */
  static final class OfVariable extends Code {
    private final Expr.Variable.Name variable;
    private final Span variableSpan;
    private final Slot slot;

    OfVariable(Expr.Variable variable, String name, Span span) {
      super(span);
      this.variable = variable.name();
      this.variableSpan = variable.span();
      this.slot = new Slot(name);
    }

    /** The value, or null, which is no failure yet. */
    @Nullable Value find(Env env) {
      return switch (variable) {
        case PRINCIPAL -> find(env.principalData);
        case RESOURCE -> find(env.resourceData);
        case ACTION -> find(env.actionData);
        case CONTEXT -> slot.in(env.context);
      };
    }

    private @Nullable Value find(@Nullable StoredEntity data) {
      return data == null ? null : slot.in(data);
    }

    @Override
    public @Nullable Value eval(Env env) {
      Value value = find(env);
      if (value == null) fail(env);
      return value;
    }

    private void fail(Env env) {
      switch (variable) {
        case PRINCIPAL -> fail(env, env.principalData, env.principal);
        case RESOURCE -> fail(env, env.resourceData, env.resource);
        case ACTION -> fail(env, env.actionData, env.action);
        case CONTEXT -> Failures.noRecordAttribute(env, span, slot.name);
      }
    }

    private void fail(Env env, @Nullable StoredEntity data, EntityUid uid) {
      if (data == null) Failures.noEntity(env, variableSpan, uid);
      else Failures.noEntityAttribute(env, span, uid, slot.name);
    }
  }

  static final class HasAttribute extends Code.Bool {
    private final Code target;
    private final Slot slot;

    HasAttribute(Code target, String name, Span span) {
      super(span);
      this.target = target;
      this.slot = new Slot(name);
    }

    @Override
    public int test(Env env) {
      Value of = target.eval(env);
      if (of instanceof EntityUid uid) {
        StoredEntity data = env.data(uid);
        return of(data != null && slot.in(data) != null);
      }
      if (of instanceof RecordValue record) return of(slot.in(record) != null);
      if (of != null) Failures.type(env, target.span, "record or entity", of);
      return FAILED;
    }
  }

  static final class HasTag extends Code.Bool {
    private final Code target;
    private final Code key;

    HasTag(Code target, Code key, Span span) {
      super(span);
      this.target = target;
      this.key = key;
    }

    @Override
    public int test(Env env) {
      Value of = target.eval(env);
      Value name = of == null ? null : key.eval(env);
      if (of == null || name == null) return FAILED;
      if (!(of instanceof EntityUid uid)) {
        Failures.type(env, target.span, "entity", of);
        return FAILED;
      }
      if (!(name instanceof StringValue(String tag))) {
        Failures.type(env, key.span, "string", name);
        return FAILED;
      }
      StoredEntity data = env.data(uid);
      return of(data != null && data.tags().indexOf(tag) >= 0);
    }
  }

  static final class GetTag extends Code {
    private final Code target;
    private final Code key;

    GetTag(Code target, Code key, Span span) {
      super(span);
      this.target = target;
      this.key = key;
    }

    @Override
    public @Nullable Value eval(Env env) {
      Value of = target.eval(env);
      Value name = of == null ? null : key.eval(env);
      if (of == null || name == null) return null;
      if (!(of instanceof EntityUid uid)) {
        Failures.type(env, target.span, "entity", of);
        return null;
      }
      if (!(name instanceof StringValue(String tag))) {
        Failures.type(env, key.span, "string", name);
        return null;
      }
      StoredEntity data = env.data(uid);
      if (data == null) {
        Failures.noEntity(env, target.span, uid);
        return null;
      }
      Value value = data.tags().find(tag);
      if (value == null) Failures.noTag(env, span, uid, tag);
      return value;
    }
  }
}
