/**
 * The sidecar process: {@link dev.ostiary.sidecar.Sidecar} puts its parts together.
 *
 * <p>Doors turn bytes into a question, the decision point answers it by a snapshot, the recorder
 * writes the answer down before it leaves.
 */
@org.jspecify.annotations.NullMarked
package dev.ostiary.sidecar;
