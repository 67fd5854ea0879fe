package dev.ostiary.cedar.validate;

import dev.ostiary.cedar.EntityUid;
import org.jspecify.annotations.Nullable;

/**
 * The types of one kind of request: what {@code principal}, {@code action}, {@code resource} and
 * {@code context} are, and for a template what its slots are.
 *
 * @param principal an entity type
 * @param action the action itself
 * @param resource an entity type
 * @param context the context's type
 * @param principalSlot entity type of {@code ?principal}, or null where there is no such slot
 * @param resourceSlot entity type of {@code ?resource}, or null where there is no such slot
 */
public record RequestEnvironment(
    String principal,
    EntityUid action,
    String resource,
    StaticType.Fields context,
    @Nullable String principalSlot,
    @Nullable String resourceSlot) {

  RequestEnvironment withSlots(@Nullable String principalSlot, @Nullable String resourceSlot) {
    return new RequestEnvironment(
        principal, action, resource, context, principalSlot, resourceSlot);
  }
}
