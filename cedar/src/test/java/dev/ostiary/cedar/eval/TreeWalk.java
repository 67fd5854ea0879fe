package dev.ostiary.cedar.eval;

import dev.ostiary.cedar.BoolValue;
import dev.ostiary.cedar.DatetimeValue;
import dev.ostiary.cedar.DecimalValue;
import dev.ostiary.cedar.DurationValue;
import dev.ostiary.cedar.Entity;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.IpValue;
import dev.ostiary.cedar.LongValue;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.Request;
import dev.ostiary.cedar.SetValue;
import dev.ostiary.cedar.StringValue;
import dev.ostiary.cedar.Value;
import dev.ostiary.cedar.ValueFormatException;
import dev.ostiary.cedar.syntax.Expr;
import dev.ostiary.cedar.syntax.ExtensionFunction;
import dev.ostiary.cedar.syntax.Pattern;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongBinaryOperator;

/** The plainest evaluator: it walks the tree, throws where there is no value, and keeps nothing. */
final class TreeWalk {
  private static final long DAY = 86_400_000;

  private final Request request;
  private final Map<EntityUid, Entity> entities = new HashMap<>();

  TreeWalk(Request request, List<Entity> entities) {
    this.request = request;
    for (Entity entity : entities) this.entities.put(entity.uid(), entity);
  }

  /** There is no value. */
  static final class NoValue extends Exception {
    private static final long serialVersionUID = 1L;
  }

  Value eval(Expr expr) throws NoValue {
    return switch (expr) {
      case Expr.Literal(Value value, _) -> value;
      case Expr.Variable(var name, _) ->
          switch (name) {
            case PRINCIPAL -> request.principal();
            case ACTION -> request.action();
            case RESOURCE -> request.resource();
            case CONTEXT -> request.context();
          };
      case Expr.Unknown _ -> throw new NoValue();
      case Expr.If(Expr condition, Expr yes, Expr no, _) -> eval(bool(condition) ? yes : no);
      case Expr.Or(Expr left, Expr right, _) -> BoolValue.of(bool(left) || bool(right));
      case Expr.And(Expr left, Expr right, _) -> BoolValue.of(bool(left) && bool(right));
      case Expr.Not(Expr argument, _) -> BoolValue.of(!bool(argument));
      case Expr.Negate(Expr argument, _) -> exact(() -> Math.negateExact(number(eval(argument))));
      case Expr.Binary(var operator, Expr left, Expr right, _) ->
          binary(operator, eval(left), eval(right));
      case Expr.IsEmpty(Expr argument, _) -> BoolValue.of(set(eval(argument)).isEmpty());
      case Expr.Like(Expr argument, Pattern pattern, _) ->
          BoolValue.of(string(eval(argument)).matches(regex(pattern)));
      case Expr.Is(Expr argument, String type, _) ->
          BoolValue.of(entity(eval(argument)).type().equals(type));
      case Expr.GetAttribute(Expr argument, String name, _) -> {
        Value of = eval(argument);
        RecordValue record = of instanceof EntityUid uid ? known(uid).attributes() : record(of);
        yield present(record.attributes().get(name));
      }
      case Expr.HasAttribute(Expr argument, String name, _) -> {
        Value of = eval(argument);
        if (of instanceof EntityUid uid && !entities.containsKey(uid)) yield BoolValue.FALSE;
        RecordValue record = of instanceof EntityUid uid ? known(uid).attributes() : record(of);
        yield BoolValue.of(record.attributes().containsKey(name));
      }
      case Expr.SetLiteral(var elements, _) -> {
        Set<Value> values = new HashSet<>();
        for (Expr element : elements) values.add(eval(element));
        yield SetValue.of(values);
      }
      case Expr.RecordLiteral(var entries, _) -> {
        Map<String, Value> values = new HashMap<>();
        for (var entry : entries) values.put(entry.name(), eval(entry.value()));
        yield RecordValue.of(values);
      }
      case Expr.Call(var function, var arguments, _) -> {
        Value[] values = new Value[arguments.size()];
        for (int i = 0; i < values.length; i++) values[i] = eval(arguments.get(i));
        if (values.length != function.arity()) throw new NoValue();
        yield call(function, values);
      }
    };
  }

  private Value binary(Expr.Binary.Operator operator, Value a, Value b) throws NoValue {
    return switch (operator) {
      case EQUAL -> BoolValue.of(a.equals(b));
      case NOT_EQUAL -> BoolValue.of(!a.equals(b));
      case LESS -> BoolValue.of(order(a, b) < 0);
      case LESS_OR_EQUAL -> BoolValue.of(order(a, b) <= 0);
      case GREATER -> BoolValue.of(order(a, b) > 0);
      case GREATER_OR_EQUAL -> BoolValue.of(order(a, b) >= 0);
      case ADD -> arithmetic(a, b, Math::addExact);
      case SUBTRACT -> arithmetic(a, b, Math::subtractExact);
      case MULTIPLY -> arithmetic(a, b, Math::multiplyExact);
      case IN -> BoolValue.of(in(entity(a), b));
      case CONTAINS -> BoolValue.of(set(a).contains(b));
      case CONTAINS_ALL -> BoolValue.of(set(a).containsAll(set(b)));
      case CONTAINS_ANY -> {
        Set<Value> both = new HashSet<>(set(a));
        both.retainAll(set(b));
        yield BoolValue.of(!both.isEmpty());
      }
      case HAS_TAG -> {
        EntityUid uid = entity(a);
        String key = string(b);
        yield BoolValue.of(
            entities.containsKey(uid) && known(uid).tags().attributes().containsKey(key));
      }
      case GET_TAG -> {
        EntityUid uid = entity(a);
        String key = string(b);
        yield present(known(uid).tags().attributes().get(key));
      }
    };
  }

  private boolean in(EntityUid uid, Value groups) throws NoValue {
    if (groups instanceof EntityUid group) return isBelow(uid, group);
    boolean found = false;
    for (Value group : set(groups)) found |= isBelow(uid, entity(group));
    return found;
  }

  boolean isBelow(EntityUid uid, EntityUid ancestor) {
    if (uid.equals(ancestor)) return true;
    Entity entity = entities.get(uid);
    return entity != null
        && entity.parents().stream().anyMatch(parent -> isBelow(parent, ancestor));
  }

  private static int order(Value a, Value b) throws NoValue {
    if (a instanceof LongValue(long x) && b instanceof LongValue(long y)) return Long.compare(x, y);
    if (a instanceof DatetimeValue(long x) && b instanceof DatetimeValue(long y))
      return Long.compare(x, y);
    if (a instanceof DurationValue(long x) && b instanceof DurationValue(long y))
      return Long.compare(x, y);
    throw new NoValue();
  }

  private static String regex(Pattern pattern) {
    var regex = new StringBuilder("(?s)");
    for (int i = 0; i < pattern.pieces().size(); i++) {
      if (i > 0) regex.append(".*");
      regex.append(java.util.regex.Pattern.quote(pattern.pieces().get(i)));
    }
    return regex.toString();
  }

  private static Value call(ExtensionFunction function, Value[] v) throws NoValue {
    try {
      return switch (function) {
        case IP -> IpValue.parse(string(v[0]));
        case DECIMAL -> DecimalValue.parse(string(v[0]));
        case DATETIME -> DatetimeValue.parse(string(v[0]));
        case DURATION -> DurationValue.parse(string(v[0]));
        case IS_IPV4 -> BoolValue.of(!ip(v[0]).v6());
        case IS_IPV6 -> BoolValue.of(ip(v[0]).v6());
        case IS_LOOPBACK -> BoolValue.of(ip(v[0]).isLoopback());
        case IS_MULTICAST -> BoolValue.of(ip(v[0]).isMulticast());
        case IS_IN_RANGE -> BoolValue.of(inRange(ip(v[0]), ip(v[1])));
        case LESS_THAN -> BoolValue.of(decimal(v[0]) < decimal(v[1]));
        case LESS_THAN_OR_EQUAL -> BoolValue.of(decimal(v[0]) <= decimal(v[1]));
        case GREATER_THAN -> BoolValue.of(decimal(v[0]) > decimal(v[1]));
        case GREATER_THAN_OR_EQUAL -> BoolValue.of(decimal(v[0]) >= decimal(v[1]));
        case OFFSET -> new DatetimeValue(Math.addExact(datetime(v[0]), duration(v[1])));
        case DURATION_SINCE ->
            new DurationValue(Math.subtractExact(datetime(v[0]), datetime(v[1])));
        case TO_DATE ->
            new DatetimeValue(Math.multiplyExact(Math.floorDiv(datetime(v[0]), DAY), DAY));
        case TO_TIME -> new DurationValue(Math.floorMod(datetime(v[0]), DAY));
        case TO_MILLISECONDS -> new LongValue(duration(v[0]));
        case TO_SECONDS -> new LongValue(duration(v[0]) / 1000);
        case TO_MINUTES -> new LongValue(duration(v[0]) / 60_000);
        case TO_HOURS -> new LongValue(duration(v[0]) / 3_600_000);
        case TO_DAYS -> new LongValue(duration(v[0]) / DAY);
      };
    } catch (ValueFormatException | ArithmeticException _) {
      throw new NoValue();
    }
  }

  /** By first and last address, where the engine compares masked bits. */
  private static boolean inRange(IpValue a, IpValue b) {
    if (a.v6() != b.v6()) return false;
    int bits = a.v6() ? 128 : 32;
    return first(b, bits).compareTo(first(a, bits)) <= 0
        && last(a, bits).compareTo(last(b, bits)) <= 0;
  }

  private static BigInteger first(IpValue ip, int bits) {
    var all =
        new BigInteger(Long.toUnsignedString(ip.high()))
            .shiftLeft(64)
            .add(new BigInteger(Long.toUnsignedString(ip.low())));
    return all.shiftRight(bits - ip.prefix()).shiftLeft(bits - ip.prefix());
  }

  private static BigInteger last(IpValue ip, int bits) {
    return first(ip, bits)
        .add(BigInteger.ONE.shiftLeft(bits - ip.prefix()))
        .subtract(BigInteger.ONE);
  }

  private interface Computation {
    long value() throws NoValue;
  }

  private static Value exact(Computation computation) throws NoValue {
    try {
      return new LongValue(computation.value());
    } catch (ArithmeticException _) {
      throw new NoValue();
    }
  }

  private static Value arithmetic(Value a, Value b, LongBinaryOperator operator) throws NoValue {
    return exact(() -> operator.applyAsLong(number(a), number(b)));
  }

  private boolean bool(Expr expr) throws NoValue {
    if (eval(expr) instanceof BoolValue bool) return bool.value();
    throw new NoValue();
  }

  private static long number(Value value) throws NoValue {
    if (value instanceof LongValue(long number)) return number;
    throw new NoValue();
  }

  private static String string(Value value) throws NoValue {
    if (value instanceof StringValue(String text)) return text;
    throw new NoValue();
  }

  private static EntityUid entity(Value value) throws NoValue {
    if (value instanceof EntityUid uid) return uid;
    throw new NoValue();
  }

  private static Set<Value> set(Value value) throws NoValue {
    if (value instanceof SetValue set) return new HashSet<>(set.elements());
    throw new NoValue();
  }

  private static RecordValue record(Value value) throws NoValue {
    if (value instanceof RecordValue record) return record;
    throw new NoValue();
  }

  private static IpValue ip(Value value) throws NoValue {
    if (value instanceof IpValue ip) return ip;
    throw new NoValue();
  }

  private static long decimal(Value value) throws NoValue {
    if (value instanceof DecimalValue(long number)) return number;
    throw new NoValue();
  }

  private static long datetime(Value value) throws NoValue {
    if (value instanceof DatetimeValue(long millis)) return millis;
    throw new NoValue();
  }

  private static long duration(Value value) throws NoValue {
    if (value instanceof DurationValue(long millis)) return millis;
    throw new NoValue();
  }

  private Entity known(EntityUid uid) throws NoValue {
    Entity entity = entities.get(uid);
    if (entity == null) throw new NoValue();
    return entity;
  }

  private static Value present(@org.jspecify.annotations.Nullable Value value) throws NoValue {
    if (value == null) throw new NoValue();
    return value;
  }
}
