/**
 * The decision point: an immutable {@link dev.ostiary.sidecar.decide.Snapshot}, and a pure function
 * of it and a {@link dev.ostiary.sidecar.decide.Question}.
 *
 * <p>It reads no clock, file or socket, and knows no door: what depends on the moment is part of
 * the question. On top of Cedar it is strict: a forbid that errors denies, an entity that the
 * snapshot does not know denies, and what a caller may add to a question is bounded.
 */
@org.jspecify.annotations.NullMarked
package dev.ostiary.sidecar.decide;
