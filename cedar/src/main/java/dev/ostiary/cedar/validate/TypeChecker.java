package dev.ostiary.cedar.validate;

import dev.ostiary.cedar.BoolValue;
import dev.ostiary.cedar.DatetimeValue;
import dev.ostiary.cedar.DecimalValue;
import dev.ostiary.cedar.DurationValue;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.IpValue;
import dev.ostiary.cedar.LongValue;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.SetValue;
import dev.ostiary.cedar.StringValue;
import dev.ostiary.cedar.Value;
import dev.ostiary.cedar.syntax.Expr;
import dev.ostiary.cedar.syntax.ExtensionFunction;
import dev.ostiary.cedar.syntax.Policy.Slot;
import dev.ostiary.cedar.syntax.Span;
import dev.ostiary.cedar.validate.StaticType.Entities;
import dev.ostiary.cedar.validate.StaticType.Field;
import dev.ostiary.cedar.validate.StaticType.Fields;
import dev.ostiary.cedar.validate.StaticType.SetOf;
import dev.ostiary.cedar.validate.StaticType.Simple;
import dev.ostiary.cedar.validate.ValidationError.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Types the expressions of one policy in one request environment.
 *
 * <p>An operand that is not evaluated in this environment, because the one before it has type
 * {@code True} or {@code False}, is not typed either. An error does not end the work: its
 * expression keeps the type that it would have, so that all errors come at once.
 *
 * @see <a href="https://docs.cedarpolicy.com/policies/validation.html">Cedar policy validation</a>
 */
final class TypeChecker {
  private final TypedSchema schema;
  private final Lattice lattice;
  private final RequestEnvironment environment;
  private final Collection<TypeError> errors;
  private final IdentityHashMap<Expr, StaticType> types = new IdentityHashMap<>();
  private final OperatorTyping operators;
  private final AccessTyping accesses;
  private final CallTyping calls;
  private final ExtendedHas extendedHas;
  private Span chain = Span.NONE;

  /**
   * @param shapes of the policy, shared between its environments
   * @param errors where to put what is found
   */
  TypeChecker(
      TypedSchema schema,
      Lattice lattice,
      RequestEnvironment environment,
      Shapes shapes,
      Collection<TypeError> errors) {
    this.schema = schema;
    this.lattice = lattice;
    this.environment = environment;
    this.errors = errors;
    this.operators = new OperatorTyping(this);
    this.accesses = new AccessTyping(this, shapes);
    this.calls = new CallTyping(this);
    this.extendedHas = new ExtendedHas(this, shapes);
  }

  /**
   * Types {@code conjuncts} as {@code c1 && (c2 && …)}.
   *
   * @param conjuncts at least one
   */
  Answer checkAll(List<Expr> conjuncts) {
    var answers = new ArrayList<Answer>(conjuncts.size());
    var prior = Capabilities.NONE;
    for (Expr conjunct : conjuncts) {
      Answer answer = expectBool(prior, conjunct);
      answers.add(answer);
      if (answer.type() == Simple.FALSE) break;
      prior = prior.union(answer.capabilities());
    }
    Answer all = answers.removeLast();
    while (!answers.isEmpty()) all = Connectives.and(answers.removeLast(), all);
    return all;
  }

  /** The type of {@code expr}; null where it was not reached or has none. */
  @Nullable StaticType typeOf(Expr expr) {
    return types.get(expr);
  }

  /** Sets the type of a node; the parsers share some nodes, whose last type then stays. */
  void put(Expr expr, @Nullable StaticType type) {
    if (type == null) types.remove(expr);
    else types.put(expr, type);
  }

  TypedSchema schema() {
    return schema;
  }

  Lattice lattice() {
    return lattice;
  }

  RequestEnvironment environment() {
    return environment;
  }

  void error(Kind kind, Expr at, String message) {
    error(kind, at, message, "");
  }

  void error(Kind kind, Expr at, String message, Object types) {
    Span span = at.span();
    // Only the links of a chain start where it starts.
    boolean linked = chain != Span.NONE && isLink(at) && span.start() == chain.start();
    errors.add(new TypeError(kind, linked ? chain : span, span, message, types));
  }

  private static boolean isLink(Expr expr) {
    return switch (expr) {
      case Expr.GetAttribute _, Expr.IsEmpty _ -> true;
      case Expr.Binary(var operator, _, _, _) ->
          switch (operator) {
            case CONTAINS, CONTAINS_ALL, CONTAINS_ANY, HAS_TAG, GET_TAG -> true;
            case EQUAL, NOT_EQUAL, LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL -> false;
            case IN, ADD, SUBTRACT, MULTIPLY -> false;
          };
      case Expr.Call(var function, _, _) -> function.style() == ExtensionFunction.Style.METHOD;
      case Expr.Literal _, Expr.Variable _, Expr.Unknown _ -> false;
      case Expr.If _, Expr.Or _, Expr.And _ -> false;
      case Expr.Not _, Expr.Negate _, Expr.Like _, Expr.Is _, Expr.HasAttribute _ -> false;
      case Expr.SetLiteral _, Expr.RecordLiteral _ -> false;
    };
  }

  /** Types {@code expr}, knowing what {@code prior} tests have shown. */
  Answer check(Capabilities prior, Expr expr) {
    Span outer = chain;
    chain = isLink(expr) ? expr.span() : Span.NONE;
    Answer answer = dispatch(prior, expr);
    chain = outer;
    return answer;
  }

  /** Types the part of a chain before the last dot, or what is in brackets there. */
  Answer checkReceiver(Capabilities prior, Expr receiver) {
    Span span = receiver.span();
    boolean bracketed = span.source().text().startsWith(")", span.end());
    return bracketed ? check(prior, receiver) : dispatch(prior, receiver);
  }

  private Answer dispatch(Capabilities prior, Expr expr) {
    Answer answer =
        switch (expr) {
          case Expr.Literal(var value, _) -> literal(value);
          case Expr.Variable(var name, _) -> Answer.of(variable(name));
          case Expr.Unknown unknown -> slot(unknown);
          case Expr.If conditional -> conditional(prior, conditional);
          case Expr.Or or -> disjunction(prior, or);
          case Expr.And and -> conjunction(prior, and);
          case Expr.Not(var argument, _) -> Connectives.not(expectBool(prior, argument));
          case Expr.Negate(var argument, _) ->
              Answer.of(Simple.LONG).after(expect(prior, argument, Expected.LONG));
          case Expr.Binary binary -> binary(prior, binary);
          case Expr.IsEmpty(var argument, _) ->
              Answer.of(Simple.BOOL).after(expectReceiver(prior, argument, Expected.SET));
          case Expr.Like(var argument, _, _) ->
              Answer.of(Simple.BOOL).after(expect(prior, argument, Expected.STRING));
          case Expr.Is is -> operators.is(prior, is);
          case Expr.GetAttribute get -> accesses.get(prior, get);
          case Expr.HasAttribute has -> accesses.has(prior, has);
          case Expr.SetLiteral set -> set(prior, set);
          case Expr.RecordLiteral(var entries, _) -> record(prior, entries);
          case Expr.Call call -> calls.call(prior, call);
        };
    put(expr, answer.type());
    return answer;
  }

  /** Types a receiver as {@link #checkReceiver} and reports it as {@link #expect} does. */
  Answer expectReceiver(Capabilities prior, Expr receiver, Expected expected) {
    return expect(checkReceiver(prior, receiver), receiver, expected);
  }

  /** Types {@code expr} and reports it where its type is not {@code expected}. */
  Answer expect(Capabilities prior, Expr expr, Expected expected) {
    return expect(check(prior, expr), expr, expected);
  }

  private Answer expect(Answer answer, Expr expr, Expected expected) {
    StaticType type = answer.type();
    if (type == null || expected.accepts(type)) return answer;
    error(Kind.UNEXPECTED_TYPE, expr, expected.complaint(type));
    return Answer.failed(null);
  }

  private Answer expectBool(Capabilities prior, Expr expr) {
    return expect(prior, expr, Expected.BOOL);
  }

  private Answer literal(Value value) {
    return switch (value) {
      case BoolValue bool -> Answer.of(StaticType.of(bool.value()));
      case LongValue _ -> Answer.of(Simple.LONG);
      case StringValue _ -> Answer.of(Simple.STRING);
      // An unknown entity is reported once for the whole policy, by NameChecker.
      case EntityUid uid -> {
        StaticType type = schema.typeOf(uid);
        yield type == null ? Answer.failed(null) : Answer.of(type);
      }
      // Only residuals have these.
      case SetValue _, RecordValue _, IpValue _, DecimalValue _, DatetimeValue _, DurationValue _ ->
          Answer.failed(null);
    };
  }

  private StaticType variable(Expr.Variable.Name name) {
    return switch (name) {
      case PRINCIPAL -> schema.entity(environment.principal());
      case ACTION -> schema.entity(environment.action().type());
      case RESOURCE -> schema.entity(environment.resource());
      case CONTEXT -> environment.context();
    };
  }

  private Answer slot(Expr.Unknown unknown) {
    String type = null;
    if (unknown.name().equals(Slot.PRINCIPAL.notation())) type = environment.principalSlot();
    if (unknown.name().equals(Slot.RESOURCE.notation())) type = environment.resourceSlot();
    return type == null ? Answer.failed(null) : Answer.of(Entities.of(type));
  }

  private Answer conditional(Capabilities prior, Expr.If e) {
    Answer test = expectBool(prior, e.condition());
    if (test.type() == Simple.FALSE) return check(prior, e.no()).after(test);
    Answer yes = check(prior.union(test.capabilities()), e.yes());
    if (yes.typed())
      yes = new Answer(yes.type(), true, yes.capabilities().union(test.capabilities()));
    if (test.type() == Simple.TRUE) return yes.after(test);
    Answer no = check(prior, e.no());
    StaticType both = join(e, yes.type(), no.type(), "both branches of `if`");
    if (both == null) return Answer.failed(null);
    return Answer.of(both, yes.capabilities().intersection(no.capabilities()))
        .after(test)
        .after(yes)
        .after(no);
  }

  private @Nullable StaticType join(
      Expr at, @Nullable StaticType a, @Nullable StaticType b, String what) {
    if (a == null || b == null) return null;
    return switch (lattice.join(a, b)) {
      case Lattice.Join.Of(var type) -> type;
      case Lattice.Join.None(var reason) -> {
        incompatible(at, List.of(a, b), what, reason);
        yield null;
      }
    };
  }

  void incompatible(Expr at, Collection<StaticType> types, String what, String reason) {
    var names = types.stream().map(type -> "`" + type + "`").distinct().sorted().toList();
    error(
        Kind.INCOMPATIBLE_TYPES,
        at,
        "expected compatible types for "
            + what
            + ", got "
            + String.join(" and ", names)
            + ": "
            + reason);
  }

  /** Chains of {@code &&} lean to the left, and may be long: so by iteration. */
  private Answer conjunction(Capabilities prior, Expr.And e) {
    var spine = new ArrayDeque<Expr.And>();
    Expr first = e;
    for (; first instanceof Expr.And and && !ExtendedHas.isOne(and); first = and.left())
      spine.push(and);
    Answer left = first == e ? extendedHas.check(prior, e) : expectBool(prior, first);
    for (Expr.And and : spine) {
      if (left.type() == Simple.FALSE) left = Answer.of(Simple.FALSE).after(left);
      else left = Connectives.and(left, expectBool(prior.union(left.capabilities()), and.right()));
      put(and, left.type());
    }
    return left;
  }

  private Answer disjunction(Capabilities prior, Expr.Or e) {
    var spine = new ArrayDeque<Expr.Or>();
    Expr first = e;
    for (; first instanceof Expr.Or or; first = or.left()) spine.push(or);
    Answer left = expectBool(prior, first);
    for (Expr.Or or : spine) {
      if (left.type() != Simple.TRUE) left = Connectives.or(left, expectBool(prior, or.right()));
      put(or, left.type());
    }
    return left;
  }

  private Answer binary(Capabilities prior, Expr.Binary e) {
    return switch (e.operator()) {
      case EQUAL -> operators.equality(prior, e);
      case NOT_EQUAL -> Connectives.not(operators.equality(prior, e));
      case LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL -> operators.comparison(prior, e);
      case IN -> operators.in(prior, e);
      case ADD, SUBTRACT, MULTIPLY -> operators.arithmetic(prior, e);
      case CONTAINS -> operators.contains(prior, e);
      case CONTAINS_ALL, CONTAINS_ANY -> operators.containsAllOrAny(prior, e);
      case HAS_TAG -> accesses.hasTag(prior, e);
      case GET_TAG -> accesses.getTag(prior, e);
    };
  }

  private Answer set(Capabilities prior, Expr.SetLiteral e) {
    if (e.elements().isEmpty() && lattice == Lattice.STRICT) {
      error(Kind.EMPTY_SET_FORBIDDEN, e, "the empty set `[]` has no element type");
      return Answer.failed(null);
    }
    var types = new ArrayList<StaticType>(e.elements().size());
    boolean typed = true;
    for (Expr element : e.elements()) {
      Answer answer = check(prior, element);
      typed &= answer.typed();
      if (answer.type() != null) types.add(answer.type());
    }
    if (types.size() < e.elements().size()) return Answer.failed(null);
    StaticType all = Simple.NEVER;
    for (StaticType type : types)
      switch (lattice.join(all, type)) {
        case Lattice.Join.Of(var join) -> all = join;
        case Lattice.Join.None(var reason) -> {
          incompatible(e, types, "the elements of a set", reason);
          return Answer.failed(null);
        }
      }
    return new Answer(new SetOf(all), typed, Capabilities.NONE);
  }

  private Answer record(Capabilities prior, List<Expr.RecordLiteral.Entry> entries) {
    var fields = new TreeMap<String, Field>();
    boolean typed = true;
    for (var entry : entries) {
      Answer value = check(prior, entry.value());
      typed &= value.typed();
      if (value.type() != null) fields.put(entry.name(), new Field(value.type(), true));
    }
    if (fields.size() < entries.size()) return Answer.failed(null);
    return new Answer(new Fields(fields, false), typed, Capabilities.NONE);
  }
}
