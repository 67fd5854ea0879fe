/** Traces of decisions, for who configures where they go. */
@org.jspecify.annotations.NullMarked
package dev.ostiary.sidecar.trace;
