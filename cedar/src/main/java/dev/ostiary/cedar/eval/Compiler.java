package dev.ostiary.cedar.eval;

import dev.ostiary.cedar.BoolValue;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.EvaluationError;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.Request;
import dev.ostiary.cedar.Value;
import dev.ostiary.cedar.store.EntityStore;
import dev.ostiary.cedar.syntax.Expr;
import dev.ostiary.cedar.syntax.Policy.Condition;
import dev.ostiary.cedar.syntax.Span;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Compiles expressions, once per load. What depends on no request and no entity is evaluated now;
 * where that fails, the code fails the same way whenever it is reached.
 */
public final class Compiler {
  private static final EntityUid NOTHING = EntityUid.of("", "");

  private Compiler() {}

  /** The conjunction of {@code conditions}, in their order. */
  static Code conditions(List<Condition> conditions, Span span) {
    var all = new ArrayList<Code>(conditions.size());
    for (Condition condition : conditions) {
      Code body = compile(condition.body());
      all.add(
          switch (condition.kind()) {
            case WHEN -> body;
            case UNLESS -> not(body, condition.span());
          });
    }
    return and(all, span);
  }

  /** Compiles {@code expr}. */
  public static Code compile(Expr expr) {
    Span span = expr.span();
    return switch (expr) {
      case Expr.Literal(Value value, _) -> new Code.Constant(value, span);
      case Expr.Variable(var name, _) -> new Access.Variable(name, span);
      case Expr.Unknown(String name, _) ->
          new Code.Failing(
              new EvaluationError(
                  EvaluationError.Kind.NOT_A_VALUE, span, () -> "`" + name + "` is unknown"),
              span);
      case Expr.If(Expr condition, Expr yes, Expr no, _) -> conditional(condition, yes, no, span);
      case Expr.Or or -> or(or);
      case Expr.And and -> and(chain(and), span);
      case Expr.Not(Expr argument, _) -> not(compile(argument), span);
      case Expr.Negate(Expr argument, _) -> {
        Code code = compile(argument);
        yield folded(new Arithmetic.Negate(code, span), code);
      }
      case Expr.Binary binary -> binary(binary);
      case Expr.IsEmpty(Expr argument, _) -> {
        Code code = compile(argument);
        yield folded(new Relations.IsEmpty(code, span), code);
      }
      case Expr.Like(Expr argument, var pattern, _) -> {
        Code code = compile(argument);
        yield folded(new Relations.Like(code, pattern, span), code);
      }
      case Expr.Is(Expr argument, String entityType, _) -> {
        Code code = compile(argument);
        yield folded(new Relations.Is(code, entityType, span), code);
      }
      case Expr.GetAttribute(Expr argument, String name, _) -> {
        Code code = compile(argument);
        yield unlessEntity(new Access.Attribute(code, name, span), code);
      }
      case Expr.HasAttribute(Expr argument, String name, _) -> {
        Code code = compile(argument);
        yield unlessEntity(new Access.HasAttribute(code, name, span), code);
      }
      case Expr.SetLiteral(var elements, _) -> {
        Code[] codes = compile(elements);
        yield folded(new Construction.SetOf(codes, span), codes);
      }
      case Expr.RecordLiteral(var entries, _) -> {
        var sorted = new ArrayList<>(entries);
        sorted.sort(Comparator.comparing(Expr.RecordLiteral.Entry::name));
        String[] names = sorted.stream().map(Expr.RecordLiteral.Entry::name).toArray(String[]::new);
        Code[] codes = compile(sorted.stream().map(Expr.RecordLiteral.Entry::value).toList());
        yield folded(new Construction.RecordOf(names, codes, span), codes);
      }
      case Expr.Call(var function, var arguments, _) -> {
        Code[] codes = compile(arguments);
        yield folded(new Call(function, codes, span), codes);
      }
    };
  }

  private static Code[] compile(List<Expr> expressions) {
    return expressions.stream().map(Compiler::compile).toArray(Code[]::new);
  }

  private static Code conditional(Expr condition, Expr yes, Expr no, Span span) {
    Code test = compile(condition);
    if (!isKnown(test)) return new Logic.If(test, compile(yes), compile(no), span);
    Env env = nowhere();
    return switch (test.test(env)) {
      case Code.TRUE -> compile(yes);
      case Code.FALSE -> compile(no);
      default -> failing(env, span);
    };
  }

  private static Code not(Code argument, Span span) {
    return folded(new Logic.Not(argument, span), argument);
  }

  /** The operands of a chain of {@code &&}, however it is grouped, first to last. */
  private static List<Code> chain(Expr.And chain) {
    var operands = new ArrayList<Code>();
    var pending = new ArrayDeque<Expr>();
    pending.push(chain);
    while (!pending.isEmpty()) {
      Expr next = pending.pop();
      if (next instanceof Expr.And(Expr left, Expr right, _)) {
        pending.push(right);
        pending.push(left);
      } else {
        operands.add(compile(next));
      }
    }
    return operands;
  }

  private static Code and(List<Code> operands, Span span) {
    var kept = new ArrayList<Code>();
    for (Code operand : operands) {
      if (isKnown(operand) && operand.test(nowhere()) == Code.TRUE) continue;
      kept.add(operand);
      // What comes behind false or a failure is never reached.
      if (isKnown(operand)) break;
    }
    if (kept.isEmpty()) return new Code.Constant(BoolValue.TRUE, span);
    Code code = new Logic.And(kept.toArray(Code[]::new), span);
    return kept.size() == 1 ? folded(code, kept.getFirst()) : code;
  }

  private static Code or(Expr.Or chain) {
    var kept = new ArrayList<Code>();
    var pending = new ArrayDeque<Expr>();
    pending.push(chain);
    while (!pending.isEmpty()) {
      Expr next = pending.pop();
      if (next instanceof Expr.Or(Expr left, Expr right, _)) {
        pending.push(right);
        pending.push(left);
        continue;
      }
      Code operand = compile(next);
      if (isKnown(operand) && operand.test(nowhere()) == Code.FALSE) continue;
      kept.add(operand);
      if (isKnown(operand)) break;
    }
    Span span = chain.span();
    if (kept.isEmpty()) return new Code.Constant(BoolValue.FALSE, span);
    Code code = new Logic.Or(kept.toArray(Code[]::new), span);
    return kept.size() == 1 ? folded(code, kept.getFirst()) : code;
  }

  private static Code binary(Expr.Binary binary) {
    Code left = compile(binary.left());
    Code right = compile(binary.right());
    Span span = binary.span();
    return switch (binary.operator()) {
      case EQUAL -> folded(new Relations.Equal(true, left, right, span), left, right);
      case NOT_EQUAL -> folded(new Relations.Equal(false, left, right, span), left, right);
      case LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL ->
          folded(new Arithmetic.Compare(binary.operator(), left, right, span), left, right);
      case ADD, SUBTRACT, MULTIPLY ->
          folded(new Arithmetic.Operation(binary.operator(), left, right, span), left, right);
      case CONTAINS, CONTAINS_ALL, CONTAINS_ANY ->
          folded(new Relations.Contains(binary.operator(), left, right, span), left, right);
      case IN -> new Relations.In(left, right, span);
      case HAS_TAG -> new Access.HasTag(left, right, span);
      case GET_TAG -> new Access.GetTag(left, right, span);
    };
  }

  private static Code unlessEntity(Code code, Code target) {
    boolean entity = target instanceof Code.Constant known && known.value instanceof EntityUid;
    return entity ? code : folded(code, target);
  }

  /** {@code code}, or what it comes to where all of its {@code operands} are known. */
  private static Code folded(Code code, Code... operands) {
    for (Code operand : operands) if (!isKnown(operand)) return code;
    Env env = nowhere();
    Value value = code.eval(env);
    return value == null ? failing(env, code.span) : new Code.Constant(value, code.span);
  }

  private static Code failing(Env env, Span span) {
    EvaluationError error = env.failure();
    if (error == null) throw new IllegalStateException("no value and no failure at " + span);
    return new Code.Failing(error, span);
  }

  private static boolean isKnown(Code code) {
    return code instanceof Code.Constant || code instanceof Code.Failing;
  }

  private static Env nowhere() {
    var request = new Request(NOTHING, NOTHING, NOTHING, RecordValue.EMPTY);
    return new Env(request, EntityStore.EMPTY);
  }
}
