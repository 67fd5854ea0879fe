package dev.ostiary.cedar.partial;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.RecordValue;
import java.util.Optional;

/**
 * A question of which something is left open.
 *
 * @param context the circumstances, if they are known
 */
public record PartialRequest(
    PartialUid principal, EntityUid action, PartialUid resource, Optional<RecordValue> context) {}
