package dev.ostiary.sidecar.decide;

import dev.ostiary.sidecar.bundle.Bundle;

/**
 * The fold of all facts up to a revision: policies, schema, entities. Immutable.
 *
 * @param bundle the bundle in force
 * @param policyRevision that of its activation
 * @param dataRevision that of the last entity fact, or of the activation where none came after it;
 *     what {@link Question#atLeast} is compared with
 */
public record Snapshot(Bundle bundle, Revision policyRevision, Revision dataRevision) {}
