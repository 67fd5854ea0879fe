package dev.ostiary.cedar.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.cedar.DatetimeValue;
import dev.ostiary.cedar.Entities;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.Value;
import dev.ostiary.cedar.schema.Schema;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceException;
import java.util.StringJoiner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EntitiesJsonTest {
  private static final String SCHEMA =
      """
      type Addr = { street: String, zip?: Long };
      entity Org enum ["root"];
      entity U in [U, Org] {
        a?: ipaddr, e?: U, d?: datetime, r?: Addr, s?: Set<decimal>, o?: Org, n?: Long, b?: Bool
      } tags Set<ipaddr>;
      action g;
      action v in [g] appliesTo { principal: U, resource: U, context: { ip: ipaddr, e?: U } };
      """;

  private static Schema schema() throws SourceException {
    return Schema.parse(new Source("s.cedarschema", SCHEMA));
  }

  private static Entities typed(String entities) throws SourceException {
    return EntitiesJson.load(new Source("e.json", entities), schema());
  }

  private static Entities untyped(String entities) throws SourceException {
    return EntitiesJson.load(new Source("e.json", entities));
  }

  /** One user with these attributes. */
  private static String user(String attributes) {
    return "[{\"uid\":{\"type\":\"U\",\"id\":\"a\"},\"attrs\":{"
        + attributes
        + "},\"parents\":[]}]";
  }

  // Each verdict below is the one that the reference CLI gives to the same files.

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "'a': '10.0.0.1'",
        "'a': {'__extn': {'fn': 'ip', 'arg': '::1'}}",
        "'a': {'fn': 'ip', 'arg': '::1'}",
        "'a': {'fn': 'ip', 'args': ['::1']}",
        "'s': ['1.0', {'__extn': {'fn': 'decimal', 'arg': '1.0'}}, {'fn': 'decimal', 'arg':"
            + " '2.0'}]",
        "'s': []",
        "'d': '2024-01-01'",
        "'d': {'fn': 'offset', 'args': ['2024-01-01', '1d']}",
        "'d': {'__extn': {'fn': 'toDate', 'arg': '2024-01-01T10:00:00Z'}}",
        "'b': {'__extn': {'fn': 'isIpv4', 'arg': {'__extn': {'fn': 'ip', 'arg': '1.1.1.1'}}}}",
        "'e': {'type': 'U', 'id': 'x'}",
        "'e': {'__entity': {'type': 'U', 'id': 'x'}, 'z': 1}",
        "'o': {'type': 'Org', 'id': 'root'}",
        "'r': {'street': 'x'}",
        "'r': {'street': 'x', 'zip': -9223372036854775808}"
      })
  void attributesOfTheirTypeAreAccepted(String attributes) throws Exception {
    assertEquals(3, typed(user(attributes.replace('\'', '"'))).size());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'n': -0",
        "'n': 1e2",
        "'n': 1.0",
        "'n': '1'",
        "'n': null",
        "'n': [1]",
        "'n': 9223372036854775808",
        "'a': {'type': 'ipaddr'}",
        "'a': 'x'",
        "'a': 1",
        "'a': null",
        "'a': {'fn': 'decimal', 'arg': '1.0'}",
        "'a': {'__expr': 'ip(1)'}",
        "'a': {'fn': 'ip', 'args': ['::1', '::2']}",
        "'a': {'fn': 'nope', 'arg': 'x'}",
        "'e': {'type': 'Org', 'id': 'root'}",
        "'e': 'U::\\'a\\''",
        "'e': {'__expr': 'x'}",
        "'e': {'type': 'if', 'id': 'x'}",
        "'o': {'type': 'Org', 'id': 'nope'}",
        "'d': '2024-13-01'",
        "'d': 5",
        "'d': {'fn': 'offset', 'args': ['2024-01-01', '2024-01-01']}",
        "'d': {'fn': 'offset', 'args': ['2024-01-01', '9223372036854775807ms']}",
        "'s': {}",
        "'s': ['x']",
        "'r': {'zip': 1}",
        "'r': {'street': 'x', 'u': 1}",
        "'r': []",
        "'r': {'street': 'x', 'street': 'y'}",
        "'n': 1, 'n': 1",
        "'unknown': 1"
      })
  void attributesOfAnotherTypeAreRefusedWithTheirPlace(String attributes) {
    String text = user(attributes.replace('\'', '"'));
    var refused = assertThrows(SourceException.class, () -> typed(text));
    var error = refused.errors().getFirst();
    assertTrue(error.span().start() >= text.indexOf("attrs"), error.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'uid':{'type':'U','id':'a'},'attrs':{},'parents':[],'tags':{'x':['1.1.1.1']}}",
        "{'uid':{'type':'U','id':'a','x':1,'x':2},'attrs':{},'parents':[],'foo':1,'foo':2}",
        "{'uid':{'type':'Org','id':'root'},'attrs':{},'parents':[]}",
        "{'uid':{'type':'U','id':'a'},'attrs':{},'parents':[{'type':'Org','id':'root'},{'type':'U','id':'c'}]}",
        "{'uid':{'type':'U','id':'a'},'attrs':{},'parents':[]},{'uid':{'type':'U','id':'a'},'attrs':{},'parents':[]}",
        "{'uid':{'type':'Action','id':'v'},'attrs':{},'parents':[{'type':'Action','id':'g'}]}"
      })
  void entitiesAsTheSchemaWantsThemAreAccepted(String entities) throws Exception {
    typed("[" + entities.replace('\'', '"') + "]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1",
        "{}",
        "[]",
        "{'uid':{'type':'U','id':'a'},'attrs':{}}",
        "{'uid':{'type':'U','id':'a'},'parents':[]}",
        "{'attrs':{},'parents':[]}",
        "{'uid':'U::a','attrs':{},'parents':[]}",
        "{'uid':{'type':'X','id':'a'},'attrs':{},'parents':[]}",
        "{'uid':{'type':'U','id':'a'},'uid':{'type':'U','id':'b'},'attrs':{},'parents':[]}",
        "{'uid':{'type':'U','id':'a','id':'b'},'attrs':{},'parents':[]}",
        "{'uid':{'__expr':'U::a'},'attrs':{},'parents':[]}",
        "{'uid':{'type':'U','id':'a'},'attrs':{},'parents':[],'tags':null}",
        "{'uid':{'type':'U','id':'a'},'attrs':{},'parents':[],'tags':{'x':[1]}}",
        "{'uid':{'type':'Org','id':'root'},'attrs':{},'parents':[],'tags':{'x':[]}}",
        "{'uid':{'type':'Org','id':'nope'},'attrs':{},'parents':[]}",
        "{'uid':{'type':'U','id':'a'},'attrs':{},'parents':[{'type':'Org','id':'nope'}]}",
        "{'uid':{'type':'U','id':'a'},'attrs':{},'parents':[{'type':'Action','id':'g'}]}",
        "{'uid':{'type':'Org','id':'root'},'attrs':{},'parents':[{'type':'U','id':'g'}]}",
        "{'uid':{'type':'Action','id':'v'},'attrs':{},'parents':[]}",
        "{'uid':{'type':'Action','id':'w'},'attrs':{},'parents':[]}",
        "{'uid':{'type':'Action','id':'g'},'attrs':{'x':1},'parents':[]}",
        "{'uid':{'type':'U','id':'a'},'attrs':{},'parents':[]},{'uid':{'type':'U','id':'a'},'attrs':{'n':1},'parents':[]}",
        "{'uid':{'type':'U','id':'a'},'attrs':{},'parents':[{'type':'U','id':'a'}]}"
      })
  void otherEntitiesAreRefused(String entities) {
    assertThrows(SourceException.class, () -> typed("[" + entities.replace('\'', '"') + "]"));
  }

  /** An action in a text must be what the schema declares, ancestors included. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          c<b      | false
          c<a      | false
          c<b,c<a  | false
          c<b,b    | false
          c<ba     | true
          c<b,b<a  | true
          c<ab,b<a | true
          b<a,a    | true
          a,b<a,a  | true
          c<ba,c<b,b<a | false
          """)
  void actionsOfATextHaveTheAncestorsOfTheSchema(String actions, boolean accepted)
      throws Exception {
    var schema =
        Schema.parse(new Source("s.cedarschema", "action a; action b in a; action c in b;"));
    var text = new StringJoiner(",", "[", "]");
    for (String action : actions.split(",", -1)) {
      var parents = new StringJoiner(",", "[", "]");
      action.chars().skip(2).forEach(parent -> parents.add(uid((char) parent)));
      text.add("{\"uid\":" + uid(action.charAt(0)) + ",\"attrs\":{},\"parents\":" + parents + "}");
    }
    var source = new Source("e.json", text.toString());
    if (accepted) assertEquals(3, EntitiesJson.load(source, schema).size());
    else assertThrows(SourceException.class, () -> EntitiesJson.load(source, schema));
  }

  private static String uid(char action) {
    return "{\"type\":\"Action\",\"id\":\"" + action + "\"}";
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'a': {'__extn': {'fn': 'ip'}}", "'a': {'__expr': 1}", "'a': {'__entity': {'type': 'U'}}",
        "'a': {'__extn': {'fn': 'ip', 'arg': 'x'}, 'y': 1}", "'a': {'type': 'U', 'id': 'b'}",
            "'a': {'a b': []}"
      })
  void whatIsNoEscapeIsARecordWithoutASchema(String attributes) throws Exception {
    assertEquals(1, untyped(user(attributes.replace('\'', '"'))).size());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'a': {'__extn': {'fn': 'foo', 'arg': 1}}",
        "'a': {'__extn': {'fn': 'ip', 'arg': 1}}",
        "'a': {'__extn': {'fn': 'ip', 'args': []}}",
        "'a': {'__expr': 'x'}",
        "'a': {'__entity': {'type': 'if', 'id': 'b'}}",
        "'a': {'__entity': {'type': ' U', 'id': 'b'}}",
        "'a': {'b': {'c': 1, 'c': 2}}",
        "'a': null",
        "'a': [1.5]"
      })
  void wrongEscapesAreRefusedWithoutASchema(String attributes) {
    assertThrows(SourceException.class, () -> untyped(user(attributes.replace('\'', '"'))));
  }

  @Test
  void everyEntityWithAFaultIsReported() {
    String good = "{\"uid\":{\"type\":\"U\",\"id\":\"a\"},\"attrs\":{},\"parents\":[]}";
    String text =
        "[" + good + ",\n" + good.replace("\"attrs\":{}", "\"attrs\":{\"n\":true}") + ",\n 7 ]";
    var refused = assertThrows(SourceException.class, () -> typed(text));
    assertEquals(2, refused.errors().size());
    assertEquals(
        "e.json:2:43: attributes.n: expected a Long, got `true`",
        refused.errors().get(0).toString());
    assertEquals(3, refused.errors().get(1).span().line());
  }

  @Test
  void aContradictionIsReportedWhereItStands() {
    String text =
        "[{\"uid\":{\"type\":\"U\",\"id\":\"a\"},\"attrs\":{},\"parents\":[]},\n"
            + "{\"uid\":{\"type\":\"U\",\"id\":\"a\"},\"attrs\":{\"n\":1},\"parents\":[]}]";
    var refused = assertThrows(SourceException.class, () -> typed(text));
    assertEquals(2, refused.errors().getFirst().span().line());
  }

  @Test
  void typeAndIdAreAnEntityWithASchemaAndARecordWithout() throws Exception {
    String text = user("\"e\": {\"type\": \"U\", \"id\": \"x\"}");
    assertEquals("U::\"x\"", attribute(typed(text), "e").toString());
    assertEquals("{\"id\": \"x\", \"type\": \"U\"}", attribute(untyped(text), "e").toString());
  }

  @Test
  void extensionFunctionsAreEvaluated() throws Exception {
    assertEquals(
        DatetimeValue.parse("2024-01-02"),
        attribute(
            typed(user("\"d\": {\"fn\": \"offset\", \"args\": [\"2024-01-01\", \"1d\"]}")), "d"));
  }

  private static Value attribute(Entities entities, String name) {
    Value value = entities.find(EntityUid.of("U", "a")).orElseThrow().attributes().find(name);
    if (value == null) throw new AssertionError(name);
    return value;
  }

  @Test
  void whatIsWrittenIsReadBackWithoutASchema() throws Exception {
    var entities =
        typed(
            user(
                "\"a\":\"10.0.0.0/8\",\"e\":{\"type\":\"U\",\"id\":\"\\u0000\"},\"d\":\"0001-01-01\","
                    + "\"r\":{\"street\":\"\\\"\"},\"s\":[\"-0.5\",\"1.0\"],\"n\":-9223372036854775808"));
    Json json = EntitiesJson.toJson(entities.stream().toList());
    var again = untyped(JsonWriter.pretty(json));
    assertEquals(
        entities.stream().collect(java.util.stream.Collectors.toSet()),
        again.stream().collect(java.util.stream.Collectors.toSet()));
  }

  @Test
  void aMillionDeepAndAMillionWideAreAnsweredInTime() throws Exception {
    assertThrows(SourceException.class, () -> untyped(user("\"a\": " + "[".repeat(1_000_000))));
    assertThrows(SourceException.class, () -> untyped(user("\"a\":{\"b\":".repeat(10_000))));
    assertEquals(1, untyped(user("\"a\": [" + "1,".repeat(1_000_000) + "1]")).size());
    var wide = new StringBuilder();
    for (int i = 0; i < 100_000; i++) wide.append("\"k").append(i).append("\":1,");
    assertEquals(1, untyped(user(wide + "\"z\":1")).size());
  }

  @Test
  void aCycleOfAHundredThousandEntitiesIsRefused() {
    var text = new StringBuilder("[");
    for (int i = 0; i < 100_000; i++)
      text.append(i == 0 ? "" : ",")
          .append("{\"uid\":{\"type\":\"U\",\"id\":\"")
          .append(i)
          .append("\"},\"attrs\":{},\"parents\":[{\"type\":\"U\",\"id\":\"")
          .append((i + 1) % 100_000)
          .append("\"}]}");
    assertThrows(SourceException.class, () -> untyped(text + "]"));
  }

  /** A request need not be validated; its context is then only read by the schema's types. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'ip':'1.2.3.4'}                                  | true  | true
          {'ip':'1.2.3.4','e':{'type':'U','id':'a'}}        | true  | true
          {'ip':{'fn':'decimal','arg':'1.0'}}               | true  | false
          {'ip':'1.2.3.4','e':{'type':'X','id':'a'}}        | true  | false
          {'ip':'1.2.3.4','e':{'type':'Org','id':'nope'}}   | true  | false
          {'ip':'x'}                                        | false | false
          {'ip':'1.2.3.4','e':1}                            | false | false
          {'ip':'1.2.3.4','other':1}                        | false | false
          {}                                                | false | false
          """)
  void aContextIsReadByItsTypesAndCheckedWhereItIsAskedFor(
      String context, boolean readable, boolean valid) throws Exception {
    var source = new Source("c.json", context.replace('\'', '"'));
    var action = EntityUid.of("Action", "v");
    if (readable) assertTrue(RequestJson.uncheckedContext(source, schema(), action).size() > 0);
    else
      assertThrows(
          SourceException.class, () -> RequestJson.uncheckedContext(source, schema(), action));
    if (valid) RequestJson.context(source, schema(), action);
    else assertThrows(SourceException.class, () -> RequestJson.context(source, schema(), action));
  }
}
