package dev.ostiary.sidecar.door;

import dev.ostiary.sidecar.contract.ContractException;
import dev.ostiary.sidecar.contract.ContractReader;
import dev.ostiary.sidecar.decide.Caller;
import dev.ostiary.sidecar.decide.Question;
import dev.ostiary.sidecar.decide.Refused;
import dev.ostiary.sidecar.decide.Refused.Why;
import dev.ostiary.v1.CheckRequest;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Reads one protobuf question as the engine's values. Whatever a caller sends, it ends in a
 * question or in a refusal that names the field, in time and memory bounded by the message.
 */
final class RequestReader {
  private static final int MAX_CORRELATION_BYTES = 256;

  private RequestReader() {}

  /** The question, or what is wrong with the request. */
  sealed interface Read {
    /** A question. */
    record Asked(Question question) implements Read {}

    /** No question. */
    record Wrong(Refused refused) implements Read {}
  }

  static Read read(CheckRequest request, Caller caller, OptionalLong nowMillis) {
    try {
      return question(request, caller, nowMillis);
    } catch (ContractException e) {
      Why why =
          switch (e.kind()) {
            case MALFORMED -> Why.MALFORMED_REQUEST;
            case TOO_LARGE -> Why.REQUEST_TOO_LARGE;
          };
      return wrong(why, e.field(), String.valueOf(e.getMessage()));
    }
  }

  private static Read wrong(Why why, String field, String message) {
    return new Read.Wrong(Refused.of(why, field, message));
  }

  private static Read question(CheckRequest request, Caller caller, OptionalLong nowMillis)
      throws ContractException {
    if (request.getCorrelationIdBytes().size() > MAX_CORRELATION_BYTES)
      return wrong(
          Why.MALFORMED_REQUEST,
          "correlation_id",
          "expected at most " + MAX_CORRELATION_BYTES + " bytes");
    if (request.hasAtLeast() && request.getAtLeast().getOrigin().isEmpty())
      return wrong(Why.MALFORMED_REQUEST, "at_least.origin", "expected the fact log's name");
    var reader = new ContractReader();
    var principal =
        ContractReader.named(request.hasPrincipal(), request.getPrincipal(), "principal");
    return new Read.Asked(
        new Question(
            caller.asking(principal).uid(),
            caller.proof(principal, nowMillis),
            nowMillis,
            principal,
            ContractReader.named(request.hasAction(), request.getAction(), "action"),
            ContractReader.named(request.hasResource(), request.getResource(), "resource"),
            reader.record(request.getContextList(), "context"),
            reader.entities(request.getEntitiesList()),
            request.hasAtLeast()
                ? Optional.of(ContractReader.revision(request.getAtLeast()))
                : Optional.empty()));
  }
}
