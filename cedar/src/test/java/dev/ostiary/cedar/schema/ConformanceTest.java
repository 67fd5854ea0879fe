package dev.ostiary.cedar.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ostiary.cedar.Entity;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.IpValue;
import dev.ostiary.cedar.LongValue;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.Request;
import dev.ostiary.cedar.SetValue;
import dev.ostiary.cedar.StringValue;
import dev.ostiary.cedar.Value;
import dev.ostiary.cedar.syntax.Source;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a schema says of values that are already typed. */
class ConformanceTest {
  private static final EntityUid ANN = EntityUid.of("U", "ann");
  private static final EntityUid VIEW = EntityUid.of("Action", "view");
  private final Schema schema;
  private final RecordValue context;

  ConformanceTest() throws Exception {
    schema =
        Schema.parse(
            new Source(
                "s",
                """
                entity Org enum ["root"];
                entity U in [U, Org] { n?: Long, home?: { street: String, ips: Set<ipaddr> } } tags Long;
                entity D;
                action all;
                action view in all appliesTo {
                  principal: U, resource: [U, D], context: { ip: ipaddr, org?: Org, deep?: { a?: { b?: Set<String> } } }
                };
                """));
    context = record(Map.of("ip", IpValue.parse("10.0.0.1")));
  }

  @Test
  void aRequestThatFitsIsAccepted() throws Exception {
    schema.check(new Request(ANN, VIEW, EntityUid.of("D", "d"), context));
    schema.check(
        new Request(
            ANN,
            VIEW,
            ANN,
            record(Map.of("ip", IpValue.parse("::1"), "org", EntityUid.of("Org", "root")))));
  }

  @Test
  void aRequestThatDoesNotFitNamesTheField() throws Exception {
    var d = EntityUid.of("D", "d");
    assertEquals("principal", fault(new Request(d, VIEW, d, context)));
    assertEquals("principal", fault(new Request(EntityUid.of("X", "x"), VIEW, d, context)));
    assertEquals("resource", fault(new Request(ANN, VIEW, EntityUid.of("Org", "root"), context)));
    assertEquals("resource", fault(new Request(ANN, VIEW, EntityUid.of("Org", "x"), context)));
    assertEquals("action", fault(new Request(ANN, EntityUid.of("Action", "x"), d, context)));
    assertEquals("principal", fault(new Request(ANN, EntityUid.of("Action", "all"), d, context)));
    assertEquals("context.ip", fault(new Request(ANN, VIEW, d, RecordValue.EMPTY)));
    assertEquals("context.ip", faultOf(Map.of("ip", new StringValue("10.0.0.1"))));
    var ip = IpValue.parse("10.0.0.1");
    assertEquals("context.x", faultOf(Map.of("ip", ip, "x", new LongValue(1))));
    assertEquals("context.org", faultOf(Map.of("ip", ip, "org", EntityUid.of("Org", "x"))));
    assertEquals("context.org", faultOf(Map.of("ip", ip, "org", ANN)));
    var b = SetValue.of(List.of(new StringValue("x"), new LongValue(1)));
    var deep = record(Map.of("a", record(Map.of("b", b))));
    assertEquals("context.deep.a.b.[]", faultOf(Map.of("ip", ip, "deep", deep)));
  }

  @Test
  void anEntityThatDoesNotFitNamesTheField() {
    assertEquals("uid", fault(entity(EntityUid.of("X", "x"), Map.of(), Map.of(), Set.of())));
    assertEquals("uid", fault(entity(EntityUid.of("Org", "x"), Map.of(), Map.of(), Set.of())));
    assertEquals("uid", fault(entity(EntityUid.of("Action", "x"), Map.of(), Map.of(), Set.of())));
    assertEquals("parents", fault(entity(VIEW, Map.of(), Map.of(), Set.of())));
    assertEquals(
        "attributes", fault(entity(VIEW, Map.of("n", new LongValue(1)), Map.of(), Set.of())));
    assertEquals(
        "attributes.n", fault(entity(ANN, Map.of("n", new StringValue("1")), Map.of(), Set.of())));
    assertEquals(
        "attributes.home.street",
        fault(
            entity(
                ANN,
                Map.of("home", record(Map.of("ips", SetValue.of(List.of())))),
                Map.of(),
                Set.of())));
    assertEquals(
        "tags.t", fault(entity(ANN, Map.of(), Map.of("t", new StringValue("x")), Set.of())));
    assertEquals(
        "tags.t",
        fault(entity(EntityUid.of("D", "d"), Map.of(), Map.of("t", new LongValue(1)), Set.of())));
    assertEquals("parents", fault(entity(ANN, Map.of(), Map.of(), Set.of(EntityUid.of("D", "d")))));
    assertEquals(
        "parents", fault(entity(ANN, Map.of(), Map.of(), Set.of(EntityUid.of("Org", "x")))));
  }

  @Test
  void anEntityThatFitsIsAccepted() throws Exception {
    schema.check(
        entity(
            ANN,
            Map.of(
                "home",
                record(
                    Map.of(
                        "street",
                        new StringValue("s"),
                        "ips",
                        SetValue.of(List.of(IpValue.parse("::1")))))),
            Map.of("t", new LongValue(1)),
            Set.of(EntityUid.of("Org", "root"), EntityUid.of("U", "bob"))));
    schema.check(entity(VIEW, Map.of(), Map.of(), Set.of(EntityUid.of("Action", "all"))));
  }

  @Test
  void aRequestThatFitsIsCheckedWithoutAllocation() throws Exception {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    var request = new Request(ANN, VIEW, EntityUid.of("D", "d"), context);
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 20; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 10_000; i++) schema.check(request);
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertEquals(0, least / 10_000);
  }

  private static RecordValue record(Map<String, Value> attributes) {
    return RecordValue.of(attributes);
  }

  private static Entity entity(
      EntityUid uid,
      Map<String, Value> attributes,
      Map<String, Value> tags,
      Set<EntityUid> parents) {
    return new Entity(uid, RecordValue.of(attributes), RecordValue.of(tags), parents);
  }

  private String faultOf(Map<String, Value> attributes) {
    return fault(new Request(ANN, VIEW, EntityUid.of("D", "d"), record(attributes)));
  }

  private String fault(Request request) {
    return assertThrows(ConformanceException.class, () -> schema.check(request)).field();
  }

  private String fault(Entity entity) {
    return assertThrows(ConformanceException.class, () -> schema.check(entity)).field();
  }
}
