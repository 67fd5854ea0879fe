package dev.ostiary.cedar.eval;

import dev.ostiary.cedar.BoolValue;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.EvaluationError;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.Request;
import dev.ostiary.cedar.StringValue;
import dev.ostiary.cedar.Value;
import dev.ostiary.cedar.store.EntityStore;
import dev.ostiary.cedar.store.Vocabulary;
import dev.ostiary.cedar.syntax.Expr;
import dev.ostiary.cedar.syntax.Policy.Condition;
import dev.ostiary.cedar.syntax.Span;
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

  /**
   * Compiles {@code expr}. It only dispatches: what a frame holds is multiplied by the depth of the
   * tree.
   */
  public static Code compile(Expr expr) {
    return switch (expr) {
      case Expr.Literal(StringValue text, Span span) ->
          new Code.Constant(Vocabulary.learned(text), span);
      case Expr.Literal(EntityUid uid, Span span) ->
          new Code.Constant(Vocabulary.learned(uid), span);
      case Expr.Literal e -> new Code.Constant(e.value(), e.span());
      case Expr.Variable e -> new Access.Variable(e.name(), e.span());
      case Expr.Unknown e -> unknown(e);
      case Expr.If e -> conditional(e);
      case Expr.Or e -> or(e);
      case Expr.And e -> and(List.of(compile(e.operands())), e.span());
      case Expr.Not e -> not(compile(e.argument()), e.span());
      case Expr.Negate e -> negate(compile(e.argument()), e.span());
      case Expr.Binary e -> binary(e, compile(e.left()), compile(e.right()));
      case Expr.IsEmpty e -> isEmpty(compile(e.argument()), e.span());
      case Expr.Like e -> like(compile(e.argument()), e);
      case Expr.Is e -> is(compile(e.argument()), e);
      case Expr.GetAttribute(Expr.Variable variable, String name, Span span) ->
          new Access.OfVariable(variable, name, span);
      case Expr.GetAttribute e -> attribute(compile(e.argument()), e);
      case Expr.HasAttribute e -> hasAttribute(compile(e.argument()), e);
      case Expr.SetLiteral e -> set(compile(e.elements()), e.span());
      case Expr.RecordLiteral e -> record(e);
      case Expr.Call e -> call(compile(e.arguments()), e);
    };
  }

  private static Code unknown(Expr.Unknown e) {
    var kind = EvaluationError.Kind.NOT_A_VALUE;
    var error = new EvaluationError(kind, e.span(), () -> "`" + e.name() + "` is unknown");
    return new Code.Failing(error, e.span());
  }

  private static Code negate(Code argument, Span span) {
    return folded(new Arithmetic.Negate(argument, span), argument);
  }

  private static Code isEmpty(Code argument, Span span) {
    return folded(new Relations.IsEmpty(argument, span), argument);
  }

  private static Code like(Code argument, Expr.Like e) {
    return folded(new Relations.Like(argument, e.pattern(), e.span()), argument);
  }

  private static Code is(Code argument, Expr.Is e) {
    return folded(new Relations.Is(argument, e.entityType(), e.span()), argument);
  }

  private static Code attribute(Code target, Expr.GetAttribute e) {
    return unlessEntity(new Access.Attribute(target, e.attribute(), e.span()), target);
  }

  private static Code hasAttribute(Code target, Expr.HasAttribute e) {
    return unlessEntity(new Access.HasAttribute(target, e.attribute(), e.span()), target);
  }

  private static Code set(Code[] elements, Span span) {
    return folded(new Construction.SetOf(elements, span), elements);
  }

  private static Code record(Expr.RecordLiteral e) {
    var entries = new ArrayList<>(e.entries());
    entries.sort(Comparator.comparing(Expr.RecordLiteral.Entry::name));
    String[] names = new String[entries.size()];
    Code[] codes = new Code[entries.size()];
    for (int i = 0; i < names.length; i++) {
      names[i] = entries.get(i).name();
      codes[i] = compile(entries.get(i).value());
    }
    return folded(new Construction.RecordOf(names, codes, e.span()), codes);
  }

  private static Code call(Code[] arguments, Expr.Call e) {
    return folded(new Call(e.function(), arguments, e.span()), arguments);
  }

  private static Code[] compile(List<Expr> expressions) {
    Code[] codes = new Code[expressions.size()];
    for (int i = 0; i < codes.length; i++) codes[i] = compile(expressions.get(i));
    return codes;
  }

  private static Code conditional(Expr.If e) {
    Code test = compile(e.condition());
    if (!isKnown(test)) return new Logic.If(test, compile(e.yes()), compile(e.no()), e.span());
    Env env = nowhere();
    return switch (test.test(env)) {
      case Code.TRUE -> compile(e.yes());
      case Code.FALSE -> compile(e.no());
      default -> failing(env, e.span());
    };
  }

  private static Code not(Code argument, Span span) {
    return folded(new Logic.Not(argument, span), argument);
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
    for (Expr next : chain.operands()) {
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

  private static Code binary(Expr.Binary binary, Code left, Code right) {
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
