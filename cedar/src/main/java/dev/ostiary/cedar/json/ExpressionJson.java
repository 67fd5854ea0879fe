package dev.ostiary.cedar.json;

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
import dev.ostiary.cedar.syntax.Pattern;
import dev.ostiary.cedar.syntax.Sugar;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;

/**
 * Writes expressions in the JSON policy format.
 *
 * @see <a href="https://docs.cedarpolicy.com/policies/json-format.html#JsonExpr-objects">JsonExpr
 *     objects</a>
 */
final class ExpressionJson {
  private ExpressionJson() {}

  static Json of(Expr expr) {
    // Chains are long to the left, longer than the stack is sure to bear.
    var chain = new ArrayDeque<Expr>();
    Expr first = expr;
    for (Expr next = left(first); next != first; next = left(first)) {
      chain.push(first);
      first = next;
    }
    Json json = whole(first);
    for (Expr e : chain) json = behind(json, e);
    return json;
  }

  /** What {@code e} continues; itself where it is no link of a chain. */
  private static Expr left(Expr e) {
    return switch (e) {
      case Expr.Or(var left, _, _) -> left;
      case Expr.And and -> Sugar.of(and).isPresent() ? and : and.left();
      case Expr.Binary(_, var left, _, _) -> left;
      case Expr.GetAttribute(var argument, _, _) -> argument;
      case Expr.IsEmpty(var argument, _) -> argument;
      case Expr.Literal _,
          Expr.Variable _,
          Expr.Unknown _,
          Expr.If _,
          Expr.Not _,
          Expr.Negate _,
          Expr.Like _,
          Expr.Is _,
          Expr.HasAttribute _,
          Expr.SetLiteral _,
          Expr.RecordLiteral _,
          Expr.Call _ ->
          e;
    };
  }

  /** A link of a chain, behind what it continues. */
  private static Json behind(Json left, Expr e) {
    return switch (e) {
      case Expr.Or(_, var right, _) -> operation("||", "left", left, "right", of(right));
      case Expr.And(_, var right, _) -> operation("&&", "left", left, "right", of(right));
      case Expr.Binary(var operator, _, var right, _) ->
          operation(operator.notation(), "left", left, "right", of(right));
      case Expr.GetAttribute(_, var attribute, _) ->
          operation(".", "left", left, "attr", Json.of(attribute));
      case Expr.IsEmpty _ -> operation("isEmpty", "arg", left);
      case Expr.Literal _,
          Expr.Variable _,
          Expr.Unknown _,
          Expr.If _,
          Expr.Not _,
          Expr.Negate _,
          Expr.Like _,
          Expr.Is _,
          Expr.HasAttribute _,
          Expr.SetLiteral _,
          Expr.RecordLiteral _,
          Expr.Call _ ->
          throw new IllegalArgumentException("no link of a chain");
    };
  }

  private static Json whole(Expr expr) {
    return switch (expr) {
      case Expr.Literal(var value, _) -> Json.of("Value", of(value));
      case Expr.Variable(var name, _) ->
          Json.of("Var", Json.of(name.name().toLowerCase(Locale.ROOT)));
      case Expr.Unknown(var name, _) ->
          Json.of("unknown", Json.of(List.of(Json.of("Value", Json.of(name)))));
      case Expr.If(var condition, var yes, var no, _) ->
          operation("if-then-else", "if", of(condition), "then", of(yes), "else", of(no));
      case Expr.And and -> of(Sugar.of(and).orElseThrow());
      case Expr.Not(var argument, _) -> operation("!", "arg", of(argument));
      case Expr.Negate(var argument, _) -> operation("neg", "arg", of(argument));
      case Expr.Like(var argument, var pattern, _) ->
          operation("like", "left", of(argument), "pattern", of(pattern));
      case Expr.Is(var argument, var type, _) ->
          operation("is", "left", of(argument), "entity_type", Json.of(type));
      case Expr.HasAttribute(var argument, var attribute, _) ->
          operation("has", "left", of(argument), "attr", Json.of(attribute));
      case Expr.SetLiteral(var elements, _) ->
          Json.of("Set", Json.of(elements.stream().map(ExpressionJson::of).toList()));
      case Expr.RecordLiteral(var entries, _) -> {
        var members = new LinkedHashMap<String, Json>();
        for (var entry : entries) members.put(entry.name(), of(entry.value()));
        yield Json.of("Record", Json.of(members));
      }
      case Expr.Call(var function, var arguments, _) ->
          Json.of(
              function.notation(), Json.of(arguments.stream().map(ExpressionJson::of).toList()));
      case Expr.Or _, Expr.Binary _, Expr.GetAttribute _, Expr.IsEmpty _ ->
          throw new IllegalArgumentException("a link of a chain");
    };
  }

  private static Json of(Sugar sugar) {
    return switch (sugar) {
      case Sugar.IsIn(var argument, var type, var group) ->
          operation("is", "left", of(argument), "entity_type", Json.of(type), "in", of(group));
      case Sugar.HasPath(var argument, var path) ->
          operation(
              "has", "left", of(argument), "attr", Json.of(path.stream().map(Json::of).toList()));
    };
  }

  private static Json operation(String operator, Object... namesAndValues) {
    return Json.of(operator, object(namesAndValues));
  }

  /** An object of names and values in turn. */
  static Json object(Object... namesAndValues) {
    var members = new LinkedHashMap<String, Json>();
    for (int i = 0; i < namesAndValues.length; i += 2)
      members.put((String) namesAndValues[i], (Json) namesAndValues[i + 1]);
    return Json.of(members);
  }

  /** One literal for each character, as the reference writes what it has read as Cedar text. */
  private static Json of(Pattern pattern) {
    var elements = new ArrayList<Json>();
    boolean first = true;
    for (var piece : pattern.pieces()) {
      if (!first) elements.add(Json.of("Wildcard"));
      first = false;
      piece
          .codePoints()
          .forEach(c -> elements.add(Json.of("Literal", Json.of(Character.toString(c)))));
    }
    return Json.of(elements);
  }

  static Json of(Value value) {
    return switch (value) {
      case BoolValue bool -> Json.of(bool == BoolValue.TRUE);
      case LongValue(var number) -> Json.of(number);
      case StringValue(var text) -> Json.of(text);
      case EntityUid uid -> Json.of("__entity", uid(uid));
      case SetValue set -> Json.of(set.elements().stream().map(ExpressionJson::of).toList());
      case RecordValue record -> {
        var members = new LinkedHashMap<String, Json>();
        record.attributes().forEach((name, attribute) -> members.put(name, of(attribute)));
        yield Json.of(members);
      }
      case IpValue _ -> extension("ip", value);
      case DecimalValue _ -> extension("decimal", value);
      case DatetimeValue _ -> extension("datetime", value);
      case DurationValue _ -> extension("duration", value);
    };
  }

  /** {@code {type, id}}. */
  static Json uid(EntityUid uid) {
    return object("type", Json.of(uid.type()), "id", Json.of(uid.id()));
  }

  /** The constructor's argument is what the Cedar notation has between the quotes. */
  private static Json extension(String function, Value value) {
    String notation = value.toString();
    String argument = notation.substring(notation.indexOf('"') + 1, notation.lastIndexOf('"'));
    return Json.of("__extn", object("fn", Json.of(function), "arg", Json.of(argument)));
  }
}
