package dev.ostiary.sidecar.door;

import dev.ostiary.sidecar.decide.Refused;
import dev.ostiary.sidecar.decide.Refused.Why;
import io.grpc.HandlerRegistry;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerMethodDefinition;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Refuses methods that there are not, so that such calls are counted like others: all under one
 * name, since a caller could make up any number of them.
 */
final class UnknownMethod extends HandlerRegistry {
  private static final MethodDescriptor.Marshaller<InputStream> UNREAD =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(InputStream value) {
          return value;
        }

        @Override
        public InputStream parse(InputStream stream) {
          return stream;
        }
      };

  private final ServerMethodDefinition<?, ?> method;

  UnknownMethod(Asking asking) {
    var descriptor =
        MethodDescriptor.newBuilder(UNREAD, UNREAD)
            .setType(MethodType.UNKNOWN)
            .setFullMethodName("unknown")
            .build();
    var refused = Refused.of(Why.UNKNOWN_METHOD, "", "there is no such method");
    this.method =
        ServerMethodDefinition.create(descriptor, (call, _) -> asking.refuse(call, refused));
  }

  @Override
  public ServerMethodDefinition<?, ?> lookupMethod(String name, @Nullable String authority) {
    return method;
  }
}
