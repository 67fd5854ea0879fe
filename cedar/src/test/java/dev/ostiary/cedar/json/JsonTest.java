package dev.ostiary.cedar.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  @Test
  void membersKeepTheirOrderAndARepeatedNameIsReported() throws Exception {
    var object = (JsonObject) parse("{\"b\": 1, \"a\": 2, \"b\": 3}");
    assertEquals("b", object.name(0));
    assertEquals("a", object.name(1));
    assertEquals(2, object.repeated());
    assertEquals(17, object.nameStart(2));
    assertEquals(3, number(object, "b"));
  }

  @Test
  void aRepeatedNameIsReportedInALargeObjectToo() throws Exception {
    var text = new StringBuilder("{");
    for (int i = 0; i < 1_000; i++)
      text.append("\"k").append(i % 900).append("\":").append(i).append(',');
    var object = (JsonObject) parse(text.append("\"z\":0}").toString());
    assertEquals(900, object.repeated());
    assertEquals(905, number(object, "k5"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "nul",
        "tru",
        "[1,]",
        "[,]",
        "{\"a\":1,}",
        "{a:1}",
        "{'a':1}",
        "01",
        "-",
        "+1",
        ".5",
        "1.",
        "1e",
        "1e+",
        "--1",
        "0x1",
        "NaN",
        "Infinity",
        "[1 2]",
        "{\"a\" 1}",
        "{\"a\"}",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u00g0\"",
        "\"\u0000\"",
        "\"\n\"",
        "\"a",
        "[",
        "{",
        "{\"a\":",
        "1 2",
        "// c\n1",
        "[1]]",
        "\"\\ud800\"",
        "\"\\udc00\"",
        "\"\\ud800\\ud800\"",
        "\"\\ud800x\"",
        "\"\ud800\"",
        "\"\udc00\"",
        "\ufeff1",
        "\u00a01",
        "\"\\\"",
        "00",
        "-01",
        "{\"\ud800\":1}",
        "1.e5",
        "\"\\u\uff11\uff11\uff11\uff11\""
      })
  void whatIsNotJsonIsRefusedWithAPlace(String text) {
    var refused = assertThrows(SourceException.class, () -> parse(text));
    assertEquals(1, refused.errors().size());
    assertTrue(refused.errors().get(0).span().end() <= text.length());
  }

  @Test
  void aFaultIsReportedWithLineAndColumn() {
    var refused = assertThrows(SourceException.class, () -> parse("{\n  \"a\": [1,\n  é]}"));
    assertEquals("t.json:3:3: expected a JSON value, got U+00E9", refused.getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "0,0",
    "-1,-1",
    "9223372036854775807,9223372036854775807",
    "-9223372036854775808,-9223372036854775808",
    "999999999999999999,999999999999999999",
    "-999999999999999999,-999999999999999999"
  })
  void whatFitsIsAnInteger(String text, long value) throws Exception {
    assertEquals(value, ((Json.Int) parse(text)).value());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "9223372036854775808",
        "-9223372036854775809",
        "1.0",
        "1e3",
        "-0",
        "0.0",
        "1E-7",
        "100000000000000000000"
      })
  void everyOtherNumberKeepsItsText(String text) throws Exception {
    assertEquals(text, assertInstanceOf(Json.Num.class, parse(text)).text());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 0x5eed})
  void integersAgreeWithBigIntegers(long seed) throws Exception {
    System.out.println("seed " + seed);
    var random = new SplittableRandom(seed);
    for (int i = 0; i < 2_000; i++) {
      var exact = new BigInteger(1 + random.nextInt(70), new java.util.Random(random.nextLong()));
      if (random.nextBoolean()) exact = exact.negate();
      switch (parse(exact.toString())) {
        case Json.Int(var value, _, _) -> assertEquals(exact, BigInteger.valueOf(value));
        case Json.Num(var text, _, _) -> {
          assertEquals(exact.toString(), text);
          assertTrue(exact.bitLength() >= 64);
        }
        case Json other -> throw new AssertionError(other);
      }
    }
  }

  @Test
  void escapesAreResolved() throws Exception {
    assertEquals("\"\\/\b\f\n\r\t", text("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""));
    assertEquals("aé\ud83d\ude00\0b", text("\"a\\u00e9\\ud83d\\uDE00\\u0000b\""));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 0x5eed})
  void whatIsWrittenIsReadBack(long seed) throws Exception {
    System.out.println("seed " + seed);
    var random = new SplittableRandom(seed);
    for (int i = 0; i < 500; i++) {
      Json value = any(random, 5);
      assertTrue(
          Json.same(value, parse(JsonWriter.compact(value))), () -> JsonWriter.compact(value));
      assertTrue(Json.same(value, parse(JsonWriter.pretty(value))), () -> JsonWriter.pretty(value));
    }
  }

  private static Json any(SplittableRandom random, int depth) {
    return switch (random.nextInt(depth == 0 ? 5 : 7)) {
      case 0 -> Json.of(random.nextLong() >> random.nextInt(64));
      case 1 -> Json.of(text(random));
      case 2 -> Json.of(random.nextBoolean());
      case 3 -> Json.ofNull();
      case 4 -> new Json.Num("1.5e3", 0, 0);
      case 5 -> {
        var elements = new ArrayList<Json>();
        for (int n = random.nextInt(4); n > 0; n--) elements.add(any(random, depth - 1));
        yield Json.of(elements);
      }
      default -> {
        var members = new LinkedHashMap<String, Json>();
        for (int n = random.nextInt(20); n > 0; n--)
          members.put(text(random), any(random, depth - 1));
        yield Json.of(members);
      }
    };
  }

  private static String text(SplittableRandom random) {
    var out = new StringBuilder();
    for (int n = random.nextInt(6); n > 0; n--) {
      int c = random.nextInt(random.nextBoolean() ? 128 : 0x110000);
      out.appendCodePoint(c >= 0xd800 && c < 0xe000 ? 'x' : c);
    }
    return out.toString();
  }

  @Test
  void depthIsBounded() throws Exception {
    parse("[".repeat(127) + "]".repeat(127));
    assertThrows(SourceException.class, () -> parse("[".repeat(128) + "]".repeat(128)));
    assertThrows(SourceException.class, () -> parse("[".repeat(1_000_000)));
    assertThrows(SourceException.class, () -> parse("{\"a\":".repeat(1_000_000)));
    Json.parse(new Source("t.json", "[".repeat(1_000) + "]".repeat(1_000)), 1_000);
  }

  @Test
  void anArrayIsReadElementByElement() throws Exception {
    var seen = new ArrayList<Json>();
    new JsonReader(new Source("t.json", " [1, [2], {\"a\": 3} ] "), 2).elements(seen::add);
    assertEquals(3, seen.size());
    assertEquals(
        "t.json:1:6", seen.get(1).span(new Source("t.json", " [1, [2], {\"a\": 3} ] ")).toString());
    for (var text : List.of("{}", "[1", "[1] 2", "[1,]", ""))
      assertThrows(
          SourceException.class, () -> new JsonReader(new Source("t", text), 9).elements(_ -> {}));
  }

  private static Json parse(String text) throws SourceException {
    return Json.parse(new Source("t.json", text));
  }

  private static String text(String json) throws SourceException {
    return assertInstanceOf(Json.Str.class, parse(json)).value();
  }

  private static long number(JsonObject object, String name) {
    return assertInstanceOf(Json.Int.class, object.find(name)).value();
  }
}
