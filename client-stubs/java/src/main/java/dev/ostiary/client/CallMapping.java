package dev.ostiary.client;

import dev.ostiary.v1.CheckRequest;
import io.grpc.Metadata;
import io.grpc.ServerCall;

/** Says what a call asks for: who does what to which resource. */
@FunctionalInterface
public interface CallMapping {
  /**
   * Makes the question that must be answered with an allow before the call is handled. Runs on the
   * server's thread and must not block.
   *
   * @param call the call; its method and its transport's attributes may be read, nothing else
   * @param headers the call's metadata
   * @throws io.grpc.StatusRuntimeException to refuse the call with that status, for example
   *     UNAUTHENTICATED where no principal is known; anything else thrown refuses it with INTERNAL
   */
  CheckRequest question(ServerCall<?, ?> call, Metadata headers);
}
