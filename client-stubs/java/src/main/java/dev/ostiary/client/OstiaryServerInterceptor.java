package dev.ostiary.client;

import dev.ostiary.v1.CheckRequest;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Set;

/**
 * Asks before a handler runs, and lets only allowed calls through to it.
 *
 * <p>The handler is started, and the first message read, only after an allow; so a streaming method
 * is guarded like a unary one, once, at its beginning. No thread waits meanwhile. A denial ends the
 * call with PERMISSION_DENIED and the reason text of the policy, or the name of the obligation that
 * is not known here; no answer ends it with UNAVAILABLE. A call that its client cancels meanwhile
 * never reaches the handler, and a question is given up with its call.
 */
public final class OstiaryServerInterceptor implements ServerInterceptor {
  /** What let the call through, for its handler: the obligations, reasons and receipt. */
  public static final Context.Key<Verdict.Allowed> ALLOWED = Context.key("ostiary-allowed");

  private final OstiaryClient client;
  private final CallMapping mapping;
  private final Set<String> knownObligations;
  private final Set<String> open;

  private OstiaryServerInterceptor(
      OstiaryClient client, CallMapping mapping, Set<String> knownObligations, Set<String> open) {
    this.client = client;
    this.mapping = mapping;
    this.knownObligations = knownObligations;
    this.open = open;
  }

  /** An interceptor that asks for every call. */
  public static OstiaryServerInterceptor asking(OstiaryClient client, CallMapping mapping) {
    return new OstiaryServerInterceptor(client, mapping, Set.of(), Set.of());
  }

  /**
   * The same, for handlers that carry out these obligations.
   *
   * @param names what every handler behind this interceptor reads from {@link #ALLOWED} and does
   */
  public OstiaryServerInterceptor fulfilling(String... names) {
    return new OstiaryServerInterceptor(client, mapping, Set.of(names), open);
  }

  /**
   * The same, without a question for these methods.
   *
   * @param methods full names, for example {@code grpc.health.v1.Health/Check}
   */
  public OstiaryServerInterceptor open(String... methods) {
    return new OstiaryServerInterceptor(client, mapping, knownObligations, Set.of(methods));
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    if (open.contains(call.getMethodDescriptor().getFullMethodName())) {
      return next.startCall(call, headers);
    }
    CheckRequest question;
    try {
      question = mapping.question(call, headers);
    } catch (StatusRuntimeException refused) {
      return refuse(call, refused.getStatus());
    } catch (RuntimeException broken) {
      return refuse(
          call, Status.INTERNAL.withDescription("no question for this call").withCause(broken));
    }
    var delayed = new DelayedListener<>(call);
    var context = Context.current();
    var unused =
        client
            .checkAsync(question)
            .thenAccept(answer -> {
              var verdict = answer.enforce(knownObligations);
              if (verdict instanceof Verdict.Allowed allowed) {
                var inside = context.withValue(ALLOWED, allowed);
                delayed.open(() -> Contexts.interceptCall(inside, call, headers, next));
              } else if (verdict instanceof Verdict.Denied denied) {
                delayed.open(() -> refuse(call, status(denied)));
              }
            });
    return delayed;
  }

  private static Status status(Verdict.Denied denied) {
    return switch (denied.cause()) {
      case POLICY, UNKNOWN_OBLIGATION -> Status.PERMISSION_DENIED.withDescription(denied.text());
      case NO_ANSWER ->
          Status.UNAVAILABLE.withDescription("no authorization decision: " + denied.text());
    };
  }

  private static <Q, A> ServerCall.Listener<Q> refuse(ServerCall<Q, A> call, Status status) {
    call.close(status, new Metadata());
    return new ServerCall.Listener<>() {};
  }
}
