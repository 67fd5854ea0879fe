package dev.ostiary.cedar.json;

import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceException;
import dev.ostiary.cedar.syntax.Span;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;

/**
 * A JSON value. Immutable; what was read knows where it stood, what was made is at offset 0.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8259">RFC 8259</a>
 */
public sealed interface Json
    permits JsonObject, Json.Arr, Json.Str, Json.Int, Json.Num, Json.Bool, Json.Null {
  /**
   * Deepest nesting that {@link #parse(Source)} reads, as deep as the reference implementation of
   * Cedar does.
   */
  int DEPTH = 127;

  /** Offset of its first UTF-16 code unit in the text that it was read from. */
  int start();

  /** Offset behind its last UTF-16 code unit. */
  int end();

  /** An array. */
  record Arr(List<Json> elements, int start, int end) implements Json {
    public Arr {
      elements = List.copyOf(elements);
    }
  }

  /** A string, its escapes resolved; never with a lone surrogate when it was read. */
  record Str(String value, int start, int end) implements Json {}

  /** A number written without fraction and exponent that fits; {@code -0} is a {@link Num}. */
  record Int(long value, int start, int end) implements Json {}

  /** Any other number, as written. */
  record Num(String text, int start, int end) implements Json {}

  /** {@code true} or {@code false}. */
  record Bool(boolean value, int start, int end) implements Json {}

  /** {@code null}. */
  record Null(int start, int end) implements Json {}

  /**
   * Reads a text that is one JSON value, at most {@link #DEPTH} deep.
   *
   * @throws SourceException where it is not, with one error
   */
  static Json parse(Source source) throws SourceException {
    return parse(source, DEPTH);
  }

  /**
   * Reads a text that is one JSON value.
   *
   * @param depth how many arrays and objects may enclose each other; 1,000 at most
   * @throws SourceException where it is not, with one error
   */
  static Json parse(Source source, int depth) throws SourceException {
    return new JsonReader(source, depth).document();
  }

  /** A string. */
  static Json of(String value) {
    return new Str(value, 0, 0);
  }

  /** An integer. */
  static Json of(long value) {
    return new Int(value, 0, 0);
  }

  /** A Boolean. */
  static Json of(boolean value) {
    return new Bool(value, 0, 0);
  }

  /** {@code null}. */
  static Json ofNull() {
    return new Null(0, 0);
  }

  /** An array. */
  static Json of(List<? extends Json> elements) {
    return new Arr(List.copyOf(elements), 0, 0);
  }

  /** An object with the members in the order of the map. */
  static Json of(SequencedMap<String, ? extends Json> members) {
    var names = members.keySet().toArray(String[]::new);
    var values = new ArrayList<Json>(members.values()).toArray(Json[]::new);
    return new JsonObject(names, values, new int[names.length], 0, 0);
  }

  /** An object of one member. */
  static Json of(String name, Json value) {
    return new JsonObject(new String[] {name}, new Json[] {value}, new int[1], 0, 0);
  }

  /** Where it stands in the text that it was read from. */
  default Span span(Source source) {
    return source.span(start(), end());
  }

  /**
   * What it is, for messages: {@code an object}, {@code the number 1.5}, {@code the string "a"}.
   */
  default String described() {
    return switch (this) {
      case JsonObject _ -> "an object";
      case Arr _ -> "an array";
      case Str(var value, _, _) ->
          value.length() > 40 ? "a string" : "`" + JsonWriter.compact(this) + "`";
      case Int(var value, _, _) -> "`" + value + "`";
      case Num(var text, _, _) -> text.length() > 40 ? "a number" : "`" + text + "`";
      case Bool(var value, _, _) -> "`" + value + "`";
      case Null _ -> "`null`";
    };
  }

  /**
   * Whether two values are the same, wherever they stand: members in any order, numbers by value
   * where they are integers, by text where not.
   */
  static boolean same(Json a, Json b) {
    record Pair(Json a, Json b) {}
    // By iteration, since a policy with a long chain of operators is as deep.
    var open = new ArrayDeque<Pair>();
    open.push(new Pair(a, b));
    while (!open.isEmpty()) {
      Pair pair = open.pop();
      boolean same =
          switch (pair.a) {
            case JsonObject object -> {
              if (!(pair.b instanceof JsonObject other) || object.size() != other.size())
                yield false;
              for (int i = 0; i < object.size(); i++) {
                Json found = other.find(object.name(i));
                if (found == null) yield false;
                open.push(new Pair(object.value(i), found));
              }
              yield true;
            }
            case Arr(var elements, _, _) -> {
              if (!(pair.b instanceof Arr(var others, _, _)) || elements.size() != others.size())
                yield false;
              for (int i = 0; i < elements.size(); i++)
                open.push(new Pair(elements.get(i), others.get(i)));
              yield true;
            }
            case Str(var value, _, _) ->
                pair.b instanceof Str(var other, _, _) && value.equals(other);
            case Int(var value, _, _) -> pair.b instanceof Int(var other, _, _) && value == other;
            case Num(var text, _, _) ->
                pair.b instanceof Num(var other, _, _) && text.equals(other);
            case Bool(var value, _, _) -> pair.b instanceof Bool(var other, _, _) && value == other;
            case Null _ -> pair.b instanceof Null;
          };
      if (!same) return false;
    }
    return true;
  }
}
