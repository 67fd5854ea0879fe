package dev.ostiary.benchmarks.wire;

import dev.ostiary.benchmarks.Workload;
import dev.ostiary.cedar.BoolValue;
import dev.ostiary.cedar.LongValue;
import dev.ostiary.cedar.Request;
import dev.ostiary.cedar.StringValue;
import dev.ostiary.cedar.Value;
import dev.ostiary.v1.Attribute;
import dev.ostiary.v1.CheckBatchRequest;
import dev.ostiary.v1.CheckBatchResponse;
import dev.ostiary.v1.CheckRequest;
import dev.ostiary.v1.CheckStreamRequest;
import dev.ostiary.v1.Decision;
import dev.ostiary.v1.EntityUid;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A workload's requests as messages, encoded once.
 *
 * @param checks one message a request
 * @param streamed the same for a stream, numbered from 1
 * @param batches the same, a hundred in each
 */
record Questions(List<byte[]> checks, List<byte[]> streamed, List<byte[]> batches) {
  static final int BATCH = 100;

  static Questions of(Workload workload) {
    var checks = new ArrayList<byte[]>();
    var streamed = new ArrayList<byte[]>();
    var batches = new ArrayList<byte[]>();
    var batch = CheckBatchRequest.newBuilder();
    for (var request : workload.requests()) {
      var check = check(request);
      checks.add(check.toByteArray());
      streamed.add(
          CheckStreamRequest.newBuilder()
              .setId(checks.size())
              .setRequest(check)
              .build()
              .toByteArray());
      batch.addRequests(check);
      if (batch.getRequestsCount() < BATCH) continue;
      batches.add(batch.build().toByteArray());
      batch.clear();
    }
    return new Questions(checks, streamed, batches);
  }

  /**
   * Asks all of them, a hundred at a time.
   *
   * @throws IllegalStateException on the first answer that is not the expected one
   */
  void agree(Workload workload, LoadDriver driver, String batchMethod) {
    for (int i = 0; i < batches.size(); i++) {
      var results = batch(driver.ask(batchMethod, batches.get(i))).getResultsList();
      for (int k = 0; k < BATCH; k++) {
        int request = i * BATCH + k;
        boolean allowed = results.get(k).getResponse().getDecision() == Decision.DECISION_ALLOW;
        boolean expected = workload.expected().get(request) == dev.ostiary.cedar.Decision.ALLOW;
        if (allowed == expected && results.get(k).hasResponse()) continue;
        throw new IllegalStateException(
            "expected %s for request %d, got %s"
                .formatted(workload.expected().get(request), request, results.get(k)));
      }
    }
  }

  /** The mean size of the answers to the first hundred, in bytes. */
  int meanAnswerBytes(LoadDriver driver, String method) {
    return (int)
        checks.stream()
            .limit(BATCH)
            .mapToInt(check -> driver.ask(method, check).length)
            .average()
            .orElse(0);
  }

  int meanCheckBytes() {
    return (int) checks.stream().mapToInt(check -> check.length).average().orElse(0);
  }

  private static CheckBatchResponse batch(byte[] answer) {
    try {
      return CheckBatchResponse.parseFrom(answer);
    } catch (IOException broken) {
      throw new IllegalStateException("expected a CheckBatchResponse", broken);
    }
  }

  private static CheckRequest check(Request request) {
    var check =
        CheckRequest.newBuilder()
            .setPrincipal(uid(request.principal()))
            .setAction(uid(request.action()))
            .setResource(uid(request.resource()));
    request
        .context()
        .attributes()
        .forEach((name, value) ->
            check.addContext(Attribute.newBuilder().setName(name).setValue(value(name, value))));
    return check.build();
  }

  private static EntityUid uid(dev.ostiary.cedar.EntityUid uid) {
    return EntityUid.newBuilder().setType(uid.type()).setId(uid.id()).build();
  }

  /** An attribute as the bundle declares it: the address is no string there. */
  private static dev.ostiary.v1.Value value(String name, Value value) {
    var message = dev.ostiary.v1.Value.newBuilder();
    if (name.equals("ip") && value instanceof StringValue(String text))
      return message.setIp(text).build();
    if (value instanceof StringValue(String text)) return message.setString(text).build();
    if (value instanceof LongValue(long number)) return message.setLong(number).build();
    if (value instanceof BoolValue bool) return message.setBoolean(bool.value()).build();
    throw new IllegalArgumentException("not in the workload's contexts: " + value);
  }
}
