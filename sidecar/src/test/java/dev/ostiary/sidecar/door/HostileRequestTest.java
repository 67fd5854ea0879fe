package dev.ostiary.sidecar.door;

import static dev.ostiary.sidecar.Served.question;
import static dev.ostiary.sidecar.Served.uid;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import dev.ostiary.record.v1.DecisionLogEntry;
import dev.ostiary.record.v1.Refused;
import dev.ostiary.sidecar.Served;
import dev.ostiary.v1.Attribute;
import dev.ostiary.v1.CheckBatchRequest;
import dev.ostiary.v1.CheckRequest;
import dev.ostiary.v1.Decision;
import dev.ostiary.v1.DecisionServiceGrpc;
import dev.ostiary.v1.Entity;
import dev.ostiary.v1.ExplainRequest;
import dev.ostiary.v1.Record;
import dev.ostiary.v1.Set;
import dev.ostiary.v1.Value;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a caller sends, it ends in a refusal that names the field; nothing else happens. */
final class HostileRequestTest {
  @TempDir static Path directory;
  private static Served served;

  @BeforeAll
  static void start() throws Exception {
    Served.writeBundle(directory, 1, "");
    served = Served.in(directory);
  }

  @AfterAll
  static void stop() {
    served.close();
  }

  static Stream<Arguments> wrong() {
    return Stream.of(
        Arguments.of("principal", "MALFORMED_REQUEST", question().clearPrincipal()),
        Arguments.of("action", "MALFORMED_REQUEST", question().clearAction()),
        Arguments.of("resource", "MALFORMED_REQUEST", question().clearResource()),
        Arguments.of("principal.type", "MALFORMED_REQUEST", question().setPrincipal(uid("", "x"))),
        Arguments.of("principal.id", "MALFORMED_REQUEST", question().setPrincipal(uid("User", ""))),
        Arguments.of(
            "correlation_id", "MALFORMED_REQUEST", question().setCorrelationId("x".repeat(257))),
        Arguments.of(
            "context[0].name", "MALFORMED_REQUEST", with("", Value.newBuilder().setLong(1))),
        Arguments.of("context.why", "MALFORMED_REQUEST", with("why", Value.newBuilder())),
        Arguments.of(
            "context.why",
            "MALFORMED_REQUEST",
            question().addContext(Attribute.newBuilder().setName("why"))),
        Arguments.of(
            "context.why",
            "MALFORMED_REQUEST",
            with("why", Value.newBuilder().setString("a"))
                .addContext(attribute("why", Value.newBuilder().setString("b")))),
        Arguments.of(
            "context.why", "MALFORMED_REQUEST", with("why", Value.newBuilder().setIp("300.1.1.1"))),
        Arguments.of(
            "context.why",
            "MALFORMED_REQUEST",
            with("why", Value.newBuilder().setDecimal("1.23456"))),
        Arguments.of(
            "context.why.type",
            "MALFORMED_REQUEST",
            with("why", Value.newBuilder().setEntity(uid("", "x")))),
        Arguments.of("context.now", "RESERVED_CONTEXT", with("now", Value.newBuilder().setLong(1))),
        Arguments.of(
            "context.caller", "RESERVED_CONTEXT", with("caller", Value.newBuilder().setLong(1))),
        Arguments.of(
            "context.principal_proof",
            "RESERVED_CONTEXT",
            with("principal_proof", Value.newBuilder().setString("jwt"))),
        Arguments.of(
            "context.risk", "RESERVED_CONTEXT", with("risk", Value.newBuilder().setLong(0))),
        Arguments.of(
            "context.frozen",
            "RESERVED_CONTEXT",
            with("frozen", Value.newBuilder().setSet(Set.newBuilder()))),
        Arguments.of("context.why", "SCHEMA_MISMATCH", with("why", Value.newBuilder().setLong(1))),
        Arguments.of(
            "context.unheard", "SCHEMA_MISMATCH", with("unheard", Value.newBuilder().setLong(1))),
        Arguments.of(
            "context.deep.a",
            "SCHEMA_MISMATCH",
            with(
                "deep",
                Value.newBuilder()
                    .setRecord(
                        Record.newBuilder()
                            .addAttributes(attribute("a", Value.newBuilder().setString("x")))))),
        Arguments.of("action", "SCHEMA_MISMATCH", question().setAction(uid("Action", "unheard"))),
        Arguments.of("principal", "SCHEMA_MISMATCH", question().setPrincipal(uid("Doc", "one"))),
        Arguments.of("resource", "SCHEMA_MISMATCH", question().setResource(uid("User", "ada"))),
        Arguments.of(
            "entities[0].uid",
            "ENTITY_NOT_INLINE",
            question().addEntities(Entity.newBuilder().setUid(uid("User", "mallory")))),
        Arguments.of(
            "entities[0].uid",
            "ENTITY_NOT_INLINE",
            question().addEntities(Entity.newBuilder().setUid(uid("Doc", "one")))),
        Arguments.of(
            "entities[0].uid", "MALFORMED_REQUEST", question().addEntities(Entity.newBuilder())),
        Arguments.of(
            "entities[0].parents",
            "ENTITY_NOT_INLINE",
            question()
                .addEntities(
                    Entity.newBuilder()
                        .setUid(uid("Doc", "new"))
                        .addAttributes(attribute("open", Value.newBuilder().setBoolean(true)))
                        .addParents(uid("User", "ada")))));
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void aWrongRequestIsAnInvalidArgumentThatNamesTheField(
      String field, String reason, CheckRequest.Builder request) throws Exception {
    long before = served.entries().stream().filter(DecisionLogEntry::hasDecision).count();
    var status = refused(request.build());
    assertEquals(Status.Code.INVALID_ARGUMENT, status.code(), status.message());
    assertEquals(reason, status.reason());
    assertEquals("ostiary.dev", status.domain());
    assertEquals(field, status.field(), status.message());
    long after = served.entries().stream().filter(DecisionLogEntry::hasDecision).count();
    assertEquals(before, after, "a refused request is no decision");
  }

  @ParameterizedTest
  @ValueSource(ints = {25, 50, 100, 10_000})
  void aDeepContextIsRefusedHoweverDeep(int depth) throws Exception {
    var status = refusedBytes(deep(depth));
    assertEquals(Status.Code.INVALID_ARGUMENT, status.code(), status.message());
    assertEquals("REQUEST_TOO_LARGE", status.reason());
    assertTrue(status.field().startsWith("context"), status.field());
  }

  @Test
  void moreValuesThanTheBoundAreRefused() throws Exception {
    var set = Set.newBuilder();
    for (int i = 0; i < 60_000; i++) set.addElements(Value.newBuilder().setBoolean(true));
    var status = refused(with("tags", Value.newBuilder().setSet(set)).build());
    assertEquals(Status.Code.INVALID_ARGUMENT, status.code());
    assertEquals("REQUEST_TOO_LARGE", status.reason());
    assertEquals("context.tags", status.field());
  }

  static Stream<Arguments> tooLarge() {
    String large = "x".repeat(1 << 20);
    var value = Value.newBuilder().setString(large);
    return Stream.of(
        Arguments.of("context", with("why", value)),
        Arguments.of("principal.id", question().setPrincipal(uid("User", large))),
        Arguments.of("correlation_id", question().setCorrelationId(large)),
        Arguments.of(
            "entities",
            question()
                .addEntities(
                    Entity.newBuilder()
                        .setUid(uid("Doc", "new"))
                        .addAttributes(attribute("text", value)))));
  }

  @ParameterizedTest
  @MethodSource("tooLarge")
  void aMessageOverTheBoundIsRefusedWithTheFieldThatFillsIt(
      String field, CheckRequest.Builder request) throws Exception {
    var stub = DecisionServiceGrpc.newBlockingStub(served.channel());
    var batch = CheckBatchRequest.newBuilder().addRequests(request).build();
    var asked = ExplainRequest.newBuilder().setRequest(request).build();
    isTooLarge(field, () -> stub.check(request.build()));
    isTooLarge(field, () -> stub.withCompression("gzip").check(request.build()));
    isTooLarge("requests", () -> stub.checkBatch(batch));
    isTooLarge("request." + field, () -> stub.explain(asked));
  }

  private static void isTooLarge(String field, Executable call) throws Exception {
    var status = RichStatus.of(assertThrows(StatusRuntimeException.class, call));
    assertEquals(Status.Code.INVALID_ARGUMENT, status.code());
    assertEquals("REQUEST_TOO_LARGE", status.reason());
    assertEquals("expected a message of at most 1048576 bytes", status.message());
    assertEquals(field, status.field());
  }

  @Test
  void aMillionAttributesAreRefusedInFlatMemoryAndTheNextCallIsAnswered() throws Exception {
    var request = question();
    var value = Value.newBuilder().setBoolean(true).build();
    for (int i = 0; i < 1_000_000; i++)
      request.addContext(Attribute.newBuilder().setName("a" + i).setValue(value));
    byte[] bytes = request.build().toByteArray();
    request.clear();
    for (int i = 0; i < 20; i++) {
      var status = refusedBytes(bytes);
      assertEquals(Status.Code.INVALID_ARGUMENT, status.code(), status.message());
      assertEquals("REQUEST_TOO_LARGE", status.reason());
      assertEquals("context", status.field());
    }
    assertEquals(Decision.DECISION_ALLOW, decision());
  }

  @Test
  void aMessageOfManyTimesTheBoundIsRefusedAsWellAndCounted() throws Exception {
    long before = counted("REQUEST_TOO_LARGE");
    var status = refusedBytes(new byte[40 << 20]);
    assertEquals(Status.Code.INVALID_ARGUMENT, status.code(), status.message());
    assertEquals("REQUEST_TOO_LARGE", status.reason());
    served.await(s -> counted("REQUEST_TOO_LARGE") > before);
    assertEquals(Decision.DECISION_ALLOW, decision());
  }

  private static Decision decision() {
    return served.client().check(question().build()).getDecision();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 0x5eed})
  void bytesThatAreNoMessageAreRefusedNeverDecidedWrongly(long seed) throws Exception {
    var random = new SplittableRandom(seed);
    byte[] good =
        question()
            .addContext(attribute("why", Value.newBuilder().setString("x")))
            .build()
            .toByteArray();
    for (int i = 0; i < 100; i++) {
      byte[] bytes = good.clone();
      for (int flips = 0; flips < 3; flips++)
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      try {
        call(bytes);
      } catch (StatusRuntimeException e) {
        assertEquals(
            Status.Code.INVALID_ARGUMENT, e.getStatus().getCode(), "seed " + seed + " round " + i);
      }
    }
    assertEquals(
        Status.Code.INVALID_ARGUMENT,
        refusedBytes(ByteString.fromHex("ffffffff").toByteArray()).code());
  }

  @Test
  void refusalsAreCountedExactlyInTheLog() throws Exception {
    var method = DecisionServiceGrpc.getCheckMethod().getFullMethodName();
    long before = counted("OTHER_REVISION");
    var request = question();
    request.getAtLeastBuilder().setOrigin("elsewhere").setEpoch(1).setSize(1);
    for (int i = 0; i < 137; i++) refused(request.build());
    served.await(s -> counted("OTHER_REVISION") == before + 137);
    var refusal =
        served.entries().stream()
            .flatMap(entry -> entry.getRefusals().getRefusedList().stream())
            .filter(r -> r.getReason().equals("OTHER_REVISION"))
            .findFirst()
            .orElseThrow();
    assertEquals(method, refusal.getMethod());
    assertEquals("loopback", refusal.getCaller().getId());
  }

  @Test
  void aDeadlineThatHasPassedGetsNoDecision() throws Exception {
    var status =
        RichStatus.of(
            assertThrows(
                StatusRuntimeException.class,
                () ->
                    DecisionServiceGrpc.newBlockingStub(served.channel())
                        .withDeadlineAfter(1, TimeUnit.NANOSECONDS)
                        .check(question().build())));
    assertEquals(Status.Code.DEADLINE_EXCEEDED, status.code());
  }

  private static long counted(String reason) {
    try {
      return served.entries().stream()
          .flatMap(entry -> entry.getRefusals().getRefusedList().stream())
          .filter(refused -> refused.getReason().equals(reason))
          .mapToLong(Refused::getCount)
          .sum();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static CheckRequest.Builder with(String name, Value.Builder value) {
    return question().addContext(attribute(name, value));
  }

  private static Attribute attribute(String name, Value.Builder value) {
    return Attribute.newBuilder().setName(name).setValue(value).build();
  }

  /** A context of records within records, made from the inside out, since builders recurse. */
  private static byte[] deep(int depth) throws IOException {
    byte[] value = Value.newBuilder().setLong(1).build().toByteArray();
    for (int i = 0; i < depth; i++) {
      byte[] record = field(1, concat(field(1, new byte[] {'a'}), field(2, value)));
      value = field(6, record);
    }
    byte[] attribute =
        concat(field(1, "deep".getBytes(java.nio.charset.StandardCharsets.UTF_8)), field(2, value));
    return concat(question().build().toByteArray(), field(4, attribute));
  }

  private static byte[] field(int number, byte[] content) throws IOException {
    var out = new ByteArrayOutputStream();
    var coded = CodedOutputStream.newInstance(out);
    coded.writeByteArray(number, content);
    coded.flush();
    return out.toByteArray();
  }

  private static byte[] concat(byte[] first, byte[] second) {
    byte[] both = java.util.Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  private static RichStatus refused(CheckRequest request) throws Exception {
    return RichStatus.of(
        assertThrows(StatusRuntimeException.class, () -> served.client().check(request)));
  }

  private static RichStatus refusedBytes(byte[] request) throws Exception {
    return RichStatus.of(assertThrows(StatusRuntimeException.class, () -> call(request)));
  }

  private static byte[] call(byte[] request) {
    var method =
        MethodDescriptor.<byte[], byte[]>newBuilder(BYTES, BYTES)
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(DecisionServiceGrpc.getCheckMethod().getFullMethodName())
            .build();
    var options = CallOptions.DEFAULT.withDeadlineAfter(30, TimeUnit.SECONDS);
    return ClientCalls.blockingUnaryCall(served.channel(), method, options, request);
  }

  private static final MethodDescriptor.Marshaller<byte[]> BYTES =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
          return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
          try {
            return stream.readAllBytes();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
      };
}
