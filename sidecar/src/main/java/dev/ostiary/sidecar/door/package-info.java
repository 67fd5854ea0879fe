/**
 * Doors over gRPC and HTTP: bytes to a question, an answer to bytes, nothing else. They run on the
 * event loops, share nothing mutable, and never block.
 */
@org.jspecify.annotations.NullMarked
package dev.ostiary.sidecar.door;
