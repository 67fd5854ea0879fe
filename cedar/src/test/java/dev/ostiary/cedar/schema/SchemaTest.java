package dev.ostiary.cedar.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceError;
import dev.ostiary.cedar.syntax.SourceException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SchemaTest {
  @Test
  void severalTextsAreOneSchema() throws Exception {
    var together =
        Schema.parse(
            new Source("a", "namespace N { entity A in B { t: T }; }"),
            new Source("b", "namespace N { entity B; type T = Long; } action go;"));
    assertEquals(Set.of("N::B"), type(together, "N::A").parents());
    assertInstanceOf(Type.LongType.class, attribute(together, "N::A", "t"));
    assertEquals(
        together, parse("action go; namespace N { entity B; entity A in B { t: Long }; }"));
  }

  @Test
  void aTypeIsSoughtInItsNamespaceThenOutsideThenInTheLanguage() throws Exception {
    var schema =
        parse(
            "entity Out; entity Long;"
                + "namespace N { entity In; entity E {"
                + " a: In, b: Out, c: Long, d: __cedar::Long, e: Set<Bool>, f: N::In }; }");
    assertEquals(new Type.EntityRef("N::In"), attribute(schema, "N::E", "a"));
    assertEquals(new Type.EntityRef("Out"), attribute(schema, "N::E", "b"));
    assertEquals(new Type.EntityRef("Long"), attribute(schema, "N::E", "c"));
    assertEquals(new Type.LongType(), attribute(schema, "N::E", "d"));
    assertEquals(new Type.SetType(new Type.BoolType()), attribute(schema, "N::E", "e"));
    assertEquals(new Type.EntityRef("N::In"), attribute(schema, "N::E", "f"));
  }

  @Test
  void aCommonTypeComesBeforeAnEntityTypeOfItsName() throws Exception {
    var schema = parse("namespace N { type T = Long; entity T; entity E { t: T } ; }");
    assertEquals(new Type.LongType(), attribute(schema, "N::E", "t"));
  }

  @Test
  void hierarchiesAreClosed() throws Exception {
    var schema =
        parse(
            "entity A in B; entity B in C; entity C in A; entity D; action a in b; action b in c;"
                + " action c;");
    assertEquals(Set.of("A", "B", "C"), schema.ancestors("A"));
    assertEquals(Set.of(), schema.ancestors("D"));
    assertEquals(
        Set.of(EntityUid.of("Action", "b"), EntityUid.of("Action", "c")),
        schema.ancestors(EntityUid.of("Action", "a")));
    assertEquals(3, schema.actionEntities().size());
  }

  @Test
  void annotationsAreKept() throws Exception {
    var schema = parse("@virtual @sensitive(\"id\") entity A { @secret x: Long };");
    assertEquals(Map.of("virtual", "", "sensitive", "id"), type(schema, "A").annotations());
    assertEquals(
        Map.of("secret", ""),
        type(schema, "A").shape().attributes().firstEntry().getValue().annotations());
  }

  @Test
  void whatIsExternalMakesASchemaIncomplete() throws Exception {
    assertTrue(parse("entity A;").isComplete());
    assertFalse(parse("external entity A;").isComplete());
    assertFalse(parse("external action a;").isComplete());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "entity A; entity A;",
        "type T = Long; type T = Long;",
        "action a; action a;",
        "namespace N {} namespace N {}",
        "entity A in B;",
        "entity A { x: B };",
        "action a in b;",
        "action a appliesTo { principal: A, resource: A };",
        "type T = T;",
        "type T = U; type U = Set<{t: T}>;",
        "action a in a;",
        "action a in b; action b in a;",
        "entity A; namespace N { entity A; }",
        "entity A; namespace N { type A = Long; }",
        "action a; namespace N { action a; }",
        "entity Action;",
        "namespace N { entity Action; }",
        "entity __cedar;",
        "namespace __cedar {}",
        "namespace N::__cedar {}",
        "type Long = Long;",
        "type Record = Long;",
        "entity if;",
        "entity A enum [];",
        "entity A { x: Boolean };",
        "entity A { x: __cedar::Foo };",
        "entity A; action a appliesTo { principal: [], resource: A };",
        "entity A; action a appliesTo { principal: A, resource: A, context: A };",
        "entity A; action a appliesTo { principal: A, resource: A, context: Long };",
        "entity A; action a appliesTo { principal: Action, resource: A };",
        "entity A in [Action]; action a;",
        "entity B enum [\"x\"]; external entity A in B;",
        "entity A { \"\\q\": Long };",
        "entity A { x: Long"
      })
  void aWrongSchemaIsRefused(String text) {
    var refused = assertThrows(SourceException.class, () -> parse(text));
    for (SourceError error : refused.errors())
      assertTrue(error.toString().startsWith("s.cedarschema:1:"), error.toString());
  }

  @Test
  void allFaultsOfATextAreReported() {
    var refused =
        assertThrows(
            SourceException.class,
            () -> parse("entity A {\n  x: X, y: Y };\nentity B in C;\naction a in z;"));
    assertEquals(
        List.of(
            "s.cedarschema:2:6: expected a type, got `X`: `X` is not declared",
            "s.cedarschema:2:12: expected a type, got `Y`: `Y` is not declared",
            "s.cedarschema:3:13: expected an entity type, got `C`: `C` is not declared",
            "s.cedarschema:4:13: there is no action `z` of type `Action`"),
        refused.errors().stream().map(SourceError::toString).toList());
    var syntax = assertThrows(SourceException.class, () -> parse("entity A\nentity B;\ntype = 3;"));
    assertEquals(2, syntax.errors().size());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'': {'entityTypes': {'A': {}}, 'actions': {'a': {'appliesTo': {'principalTypes': [],"
            + " 'resourceTypes': ['A']}}}}}",
        "{'': {'entityTypes': {}, 'actions': {'a': {'memberOf': null, 'attributes': null,"
            + " 'appliesTo': null}}}}",
        "{'': {'entityTypes': {'A': {'shape': {'type': 'T'}}}, 'actions': {}, 'commonTypes': {'T':"
            + " {'type': 'Record', 'attributes': {}}}}}",
        "{'': {'entityTypes': {'A': {'tags': {'type': 'ipaddr'}}}, 'actions': {}}}",
        "{'': {'entityTypes': {'A': {'annotations': {'doc': null}}}, 'actions': {}}}",
        "{}"
      })
  void whatOnlyTheJsonFormCanSayIsAccepted(String json) throws Exception {
    parseJson(json);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "{'': []}",
        "{'': {'entityTypes': {}}}",
        "{'': {'actions': {}}}",
        "{'': {'entityTypes': {}, 'actions': {}, 'x': 1}}",
        "{'a b': {'entityTypes': {}, 'actions': {}}}",
        "{'': {'entityTypes': {}, 'actions': {}, 'annotations': {'a': ''}}}",
        "{'': {'entityTypes': {'A': {}, 'A': {}}, 'actions': {}}}",
        "{'': {'entityTypes': {'A': {'shape': null}}, 'actions': {}}}",
        "{'': {'entityTypes': {'A': {'enum': []}}, 'actions': {}}}",
        "{'': {'entityTypes': {'A': {'enum': ['x'], 'shape': {'type': 'Record', 'attributes':"
            + " {}}}}, 'actions': {}}}",
        "{'': {'entityTypes': {'A': {'shape': {'type': 'Record'}}}, 'actions': {}}}",
        "{'': {'entityTypes': {'A': {'shape': {'type': 'Record', 'attributes': {},"
            + " 'additionalAttributes': true}}}, 'actions': {}}}",
        "{'': {'entityTypes': {'A': {'tags': {'type': 'Set'}}}, 'actions': {}}}",
        "{'': {'entityTypes': {'A': {'tags': {'type': 'Long', 'element': {'type': 'Long'}}}},"
            + " 'actions': {}}}",
        "{'': {'entityTypes': {'A': {'tags': {'type': 'Extension', 'name': 'uuid'}}}, 'actions':"
            + " {}}}",
        "{'': {'entityTypes': {'A': {'tags': {'type': 'A'}}}, 'actions': {}}}",
        "{'': {'entityTypes': {}, 'actions': {'a': {'attributes': {}}}}}",
        "{'': {'entityTypes': {}, 'actions': {'a': {'appliesTo': {'principalTypes': []}}}}}"
      })
  void aWrongJsonSchemaIsRefusedWithItsPlace(String json) {
    var refused = assertThrows(SourceException.class, () -> parseJson(json));
    assertTrue(refused.errors().getFirst().toString().startsWith("s.json:1:"));
  }

  @Test
  void equalityLooksAtWhatIsDeclaredAndNotWhere() throws Exception {
    assertEquals(parse("entity A; entity B in [A];"), parse("\nentity B in A;\n\nentity A = {};"));
    assertNotEquals(parse("entity A { x: Long };"), parse("entity A { x?: Long };"));
    assertNotEquals(parse("action a;"), parse("@doc action a;"));
  }

  @Test
  void hostileTextsAreRefusedInTime() {
    for (String text :
        List.of(
            "{".repeat(1_000_000),
            "entity A { a: " + "Set<".repeat(1_000_000),
            "@a".repeat(300_000),
            "entity A " + "{a:".repeat(300_000),
            "entity A; ".repeat(50_000),
            "namespace a::".repeat(100_000),
            "\"".repeat(1_000_001),
            "entity \u0000;",
            "entity A { \"\ud800\": Long };"))
      assertThrows(SourceException.class, () -> parse(text));
  }

  @Test
  void aChainOfCommonTypesCostsNoStackAndATreeOfThemNoMemory() throws Exception {
    var chain = new StringBuilder("type T0 = Long; ");
    for (int i = 1; i < 20_000; i++)
      chain.append("type T").append(i).append(" = T").append(i - 1).append("; ");
    var schema = parse(chain + "entity E { t: T19999 };");
    assertEquals(new Type.LongType(), attribute(schema, "E", "t"));
    var circle = chain.toString().replace("T0 = Long", "T0 = T19999");
    assertThrows(SourceException.class, () -> parse(circle));
    var doubling = new StringBuilder("type T0 = Long; ");
    for (int i = 1; i < 200; i++)
      doubling
          .append("type T")
          .append(i)
          .append(" = {a: T")
          .append(i - 1)
          .append(", b: T")
          .append(i - 1)
          .append("}; ");
    assertThrows(SourceException.class, () -> parse(doubling.toString()));
  }

  @Test
  void aDeepHierarchyOfActionsIsBounded() {
    var chain = new StringBuilder("action a0; ");
    for (int i = 1; i < 5_000; i++)
      chain.append("action a").append(i).append(" in a").append(i - 1).append("; ");
    assertThrows(SourceException.class, () -> parse(chain.toString()));
  }

  private static Schema parse(String text) throws SourceException {
    return Schema.parse(new Source("s.cedarschema", text));
  }

  private static Schema parseJson(String text) throws SourceException {
    return Schema.parseJson(new Source("s.json", text.replace('\'', '"')));
  }

  private static EntityTypeDeclaration type(Schema schema, String name) {
    return schema.entityType(name).orElseThrow();
  }

  private static Type attribute(Schema schema, String type, String name) {
    var attribute = type(schema, type).shape().attributes().get(name);
    if (attribute == null) throw new AssertionError(name);
    return attribute.type();
  }
}
