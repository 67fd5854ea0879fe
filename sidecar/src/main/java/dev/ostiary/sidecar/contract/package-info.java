/** The contract's messages as the engine's values, and back. */
@org.jspecify.annotations.NullMarked
package dev.ostiary.sidecar.contract;
