package dev.ostiary.cedar.json;

import dev.ostiary.cedar.BoolValue;
import dev.ostiary.cedar.LongValue;
import dev.ostiary.cedar.StringValue;
import dev.ostiary.cedar.Value;
import dev.ostiary.cedar.syntax.Expr;
import dev.ostiary.cedar.syntax.Expr.Binary.Operator;
import dev.ostiary.cedar.syntax.ExtensionFunction;
import dev.ostiary.cedar.syntax.Identifiers;
import dev.ostiary.cedar.syntax.Pattern;
import dev.ostiary.cedar.syntax.Repetition;
import dev.ostiary.cedar.syntax.SourceException;
import dev.ostiary.cedar.syntax.Span;
import dev.ostiary.cedar.syntax.Sugar;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads expressions in the JSON policy format. */
final class ExpressionJsonReader {
  /** Each name of a path is one operation more in the tree, as deep as text may be nested. */
  private static final int LONGEST_PATH = 250;

  private static final Map<String, Operator> OPERATORS = new HashMap<>();

  static {
    for (var operator : Operator.values()) OPERATORS.put(operator.notation(), operator);
  }

  private final JsonFields fields;
  private final Repetition repetition;

  ExpressionJsonReader(JsonFields fields) {
    this.fields = fields;
    this.repetition = new Repetition(fields.source());
  }

  Expr expression(Json json) throws SourceException {
    if (!(json instanceof JsonObject object)) throw fields.expected("an expression", json);
    fields.unique(object);
    if (object.size() != 1)
      throw fields.expected("an expression with one member, its operator", json);
    String operator = object.name(0);
    Json content = object.value(0);
    Span span = fields.span(json);
    Optional<ExtensionFunction> function = ExtensionFunction.named(operator);
    if (function.isPresent())
      return new Expr.Call(function.get(), expressions(content, operator), span);
    return switch (operator) {
      case "Value" -> value(content);
      case "Var" -> variable(content);
      case "Slot" ->
          throw fields.failure(json, "a slot may stand in the scope only, not in a condition");
      case "!" -> new Expr.Not(argument(content, operator), span);
      case "neg" -> new Expr.Negate(argument(content, operator), span);
      case "isEmpty" -> new Expr.IsEmpty(argument(content, operator), span);
      case "&&" -> {
        var operands = operands(content, operator);
        yield new Expr.And(operands.left, operands.right, span);
      }
      case "||" -> {
        var operands = operands(content, operator);
        yield new Expr.Or(operands.left, operands.right, span);
      }
      case "." -> {
        var parts = fields.object(content, operator, List.of("left", "attr"), List.of());
        yield new Expr.GetAttribute(
            expression(fields.get(parts, "left")),
            fields.string(fields.get(parts, "attr"), "an attribute's name"),
            span);
      }
      case "has" -> has(content, span);
      case "like" -> like(content, span);
      case "is" -> is(content, span);
      case "if-then-else" -> {
        var parts = fields.object(content, operator, List.of("if", "then", "else"), List.of());
        yield new Expr.If(
            expression(fields.get(parts, "if")),
            expression(fields.get(parts, "then")),
            expression(fields.get(parts, "else")),
            span);
      }
      case "Set" -> new Expr.SetLiteral(expressions(content, operator), span);
      case "Record" -> record(content, span);
      default -> {
        Operator binary = OPERATORS.get(operator);
        if (binary == null)
          throw fields.failure(json, "`" + operator + "` is no operator of an expression");
        var operands = operands(content, operator);
        yield new Expr.Binary(binary, operands.left, operands.right, span);
      }
    };
  }

  private record Operands(Expr left, Expr right) {}

  private Operands operands(Json content, String operator) throws SourceException {
    var object = fields.object(content, operator, List.of("left", "right"), List.of());
    return new Operands(
        expression(fields.get(object, "left")), expression(fields.get(object, "right")));
  }

  private Expr argument(Json content, String operator) throws SourceException {
    var object = fields.object(content, operator, List.of("arg"), List.of());
    return expression(fields.get(object, "arg"));
  }

  private List<Expr> expressions(Json content, String operator) throws SourceException {
    if (!(content instanceof Json.Arr(var elements, _, _)))
      throw fields.expected("an array of expressions for `" + operator + "`", content);
    var read = new ArrayList<Expr>(elements.size());
    for (var element : elements) read.add(expression(element));
    return read;
  }

  private Expr variable(Json content) throws SourceException {
    String name = fields.string(content, "the name of a variable");
    for (var variable : Expr.Variable.Name.values())
      if (variable.name().toLowerCase(Locale.ROOT).equals(name))
        return new Expr.Variable(variable, fields.span(content));
    throw fields.expected("`principal`, `action`, `resource` or `context`", content);
  }

  private Expr has(Json content, Span span) throws SourceException {
    // The reference passes over other members here, and here alone.
    var object = fields.open(content, "has", List.of("left", "attr"));
    var left = expression(fields.get(object, "left"));
    Json attribute = fields.get(object, "attr");
    if (!(attribute instanceof Json.Arr(var names, _, _)))
      return new Expr.HasAttribute(
          left, fields.string(attribute, "an attribute's name or an array of names"), span);
    if (names.isEmpty()) throw fields.expected("at least one attribute's name", attribute);
    var path = new ArrayList<String>(names.size());
    if (names.size() > LONGEST_PATH)
      throw fields.failure(attribute, "more than " + LONGEST_PATH + " attributes deep");
    for (var name : names) path.add(fields.string(name, "an attribute's name"));
    Expr tests = Sugar.hasPath(left, path, span);
    if (path.size() > 1 && !repetition.allows(tests))
      throw fields.failure(attribute, Repetition.complaint());
    return tests;
  }

  private Expr like(Json content, Span span) throws SourceException {
    var object = fields.object(content, "like", List.of("left", "pattern"), List.of());
    var left = expression(fields.get(object, "left"));
    Json pattern = fields.get(object, "pattern");
    if (!(pattern instanceof Json.Arr(var elements, _, _)))
      throw fields.expected("an array of pattern elements", pattern);
    var pieces = new ArrayList<String>();
    var piece = new StringBuilder();
    for (var element : elements) {
      if (element instanceof Json.Str(var word, _, _) && word.equals("Wildcard")) {
        pieces.add(piece.toString());
        piece.setLength(0);
      } else if (element instanceof JsonObject literal
          && literal.size() == 1
          && literal.find("Literal") instanceof Json.Str(var text, _, _)) {
        piece.append(text);
      } else {
        throw fields.expected("`\"Wildcard\"` or `{\"Literal\": \"…\"}`", element);
      }
    }
    pieces.add(piece.toString());
    return new Expr.Like(left, new Pattern(pieces), span);
  }

  private Expr is(Json content, Span span) throws SourceException {
    var object = fields.object(content, "is", List.of("left", "entity_type"), List.of("in"));
    var left = expression(fields.get(object, "left"));
    String type = fields.entityType(fields.get(object, "entity_type"));
    Json group = object.find("in");
    if (group == null || group instanceof Json.Null) return new Expr.Is(left, type, span);
    if (!repetition.allows(left)) throw fields.failure(content, Repetition.complaint());
    return Sugar.isIn(left, type, expression(group), span);
  }

  private Expr record(Json content, Span span) throws SourceException {
    if (!(content instanceof JsonObject object))
      throw fields.expected("an object of expressions for `Record`", content);
    fields.unique(object);
    var entries = new ArrayList<Expr.RecordLiteral.Entry>(object.size());
    for (int i = 0; i < object.size(); i++)
      entries.add(new Expr.RecordLiteral.Entry(object.name(i), expression(object.value(i))));
    return new Expr.RecordLiteral(entries, span);
  }

  /**
   * A literal. What is made of parts is read as the expression that makes it, since a part may be a
   * call that fails, and then does so when it is evaluated.
   */
  private Expr value(Json json) throws SourceException {
    Span span = fields.span(json);
    return switch (json) {
      case Json.Bool(var bool, _, _) -> literal(BoolValue.of(bool), span);
      case Json.Int(var number, _, _) -> literal(new LongValue(number), span);
      case Json.Str(var text, _, _) -> literal(new StringValue(text), span);
      case Json.Num _ -> throw fields.expected("an integer of 64 bits", json);
      case Json.Null _ -> throw fields.failure(json, "`null` is no value");
      case Json.Arr(var elements, _, _) -> new Expr.SetLiteral(values(elements), span);
      case JsonObject object -> {
        fields.unique(object);
        var escape = escape(object, span);
        if (escape != null) yield escape;
        var entries = new ArrayList<Expr.RecordLiteral.Entry>(object.size());
        for (int i = 0; i < object.size(); i++)
          entries.add(new Expr.RecordLiteral.Entry(object.name(i), value(object.value(i))));
        yield new Expr.RecordLiteral(entries, span);
      }
    };
  }

  private List<Expr> values(List<Json> elements) throws SourceException {
    var read = new ArrayList<Expr>(elements.size());
    for (var element : elements) read.add(value(element));
    return read;
  }

  private static Expr literal(Value value, Span span) {
    return new Expr.Literal(value, span);
  }

  /** An entity or an extension value; null where {@code object} is a record. */
  private @Nullable Expr escape(JsonObject object, Span span) throws SourceException {
    if (object.size() != 1) return null;
    Json content = object.value(0);
    if (object.name(0).equals("__expr") && content instanceof Json.Str)
      throw fields.failure(object, "`__expr` is no longer read; write the value itself");
    if (!(content instanceof JsonObject inner)) return null;
    if (object.name(0).equals("__entity")
        && inner.find("type") instanceof Json.Str
        && inner.find("id") instanceof Json.Str) {
      readable(inner);
      return literal(fields.uid(inner), span);
    }
    if (!object.name(0).equals("__extn") || !(inner.find("fn") instanceof Json.Str(var name, _, _)))
      return null;
    Json one = inner.find("arg");
    if (one == null && !(inner.find("args") instanceof Json.Arr)) return null;
    readable(inner);
    if (!Identifiers.isName(name)) throw fields.failure(inner, "`" + name + "` is no function");
    var arguments =
        one != null
            ? List.of(value(one))
            : values(inner.find("args") instanceof Json.Arr(var all, _, _) ? all : List.of());
    // One that does not exist has no value; the reference, too, tells when it is evaluated.
    return ExtensionFunction.named(name)
        .<Expr>map(function -> new Expr.Call(function, arguments, span))
        .orElseGet(() -> new Expr.Unknown(name, span));
  }

  /** Refuses what could be no part of a value also where it does not count. */
  private void readable(Json json) throws SourceException {
    switch (json) {
      case Json.Num _ -> throw fields.expected("an integer of 64 bits", json);
      case Json.Arr(var elements, _, _) -> {
        for (Json element : elements) readable(element);
      }
      case JsonObject object -> {
        for (int i = 0; i < object.size(); i++) readable(object.value(i));
      }
      case Json.Bool _, Json.Int _, Json.Str _, Json.Null _ -> {}
    }
  }
}
