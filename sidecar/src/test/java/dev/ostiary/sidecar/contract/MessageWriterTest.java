package dev.ostiary.sidecar.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

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
import dev.ostiary.sidecar.decide.Revision;
import dev.ostiary.v1.CheckRequest;
import dev.ostiary.v1.Record;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against the code that protobuf generates. */
final class MessageWriterTest {
  private static final List<String> TEXTS =
      List.of("", "u", "user-17", "größe", "日本", "😀", "\ud800 alone", "x".repeat(200), "\u0000");

  private final MessageWriter out = new MessageWriter();

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 0x5eed})
  void recordsHaveTheBytesOfTheirMessages(long seed) throws Exception {
    var random = new SplittableRandom(seed);
    for (int i = 0; i < 500; i++) {
      RecordValue record = record(random, 0);
      out.attributes(1, record, MessageWriter.Names.PLAIN);
      var message = Record.newBuilder().addAllAttributes(ContractWriter.attributes(record)).build();
      assertArrayEquals(message.toByteArray(), out.take(), () -> record.toString());
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 0x5eed})
  void namesRevisionsAndMadeMessagesHaveTheirs(long seed) {
    var random = new SplittableRandom(seed);
    for (int i = 0; i < 500; i++) {
      EntityUid principal = uid(random);
      EntityUid resource = uid(random);
      var revision =
          new Revision(text(random), random.nextLong() >>> random.nextInt(64), random.nextInt(2));
      String id = text(random);
      out.text(7, id);
      out.revision(6, revision);
      out.message(3, ContractWriter.uid(resource));
      out.uid(1, principal);
      var message =
          CheckRequest.newBuilder()
              .setPrincipal(ContractWriter.uid(principal))
              .setResource(ContractWriter.uid(resource))
              .setAtLeast(ContractWriter.revision(revision))
              .setCorrelationId(id)
              .build();
      assertArrayEquals(message.toByteArray(), out.take());
    }
  }

  private static String text(SplittableRandom random) {
    return TEXTS.get(random.nextInt(TEXTS.size()));
  }

  private static EntityUid uid(SplittableRandom random) {
    return EntityUid.of(text(random), text(random));
  }

  private static RecordValue record(SplittableRandom random, int depth) throws Exception {
    var attributes = new HashMap<String, Value>();
    for (int i = random.nextInt(6); i > 0; i--)
      attributes.put(text(random), value(random, depth + 1));
    return RecordValue.of(attributes);
  }

  private static Value value(SplittableRandom random, int depth) throws Exception {
    long number = random.nextLong() >> random.nextInt(64);
    return switch (random.nextInt(depth > 3 ? 8 : 10)) {
      case 0 -> BoolValue.of(random.nextBoolean());
      case 1 -> new LongValue(number);
      case 2 -> new StringValue(text(random));
      case 3 -> uid(random);
      case 4 -> IpValue.parse("10.0.0." + random.nextInt(256));
      case 5 -> DecimalValue.parse(random.nextInt(100) + ".5");
      case 6 -> new DatetimeValue(number);
      case 7 -> new DurationValue(number);
      case 8 -> record(random, depth);
      default -> {
        var elements = new ArrayList<Value>();
        for (int i = random.nextInt(4); i > 0; i--) elements.add(value(random, depth + 1));
        yield SetValue.of(elements);
      }
    };
  }
}
