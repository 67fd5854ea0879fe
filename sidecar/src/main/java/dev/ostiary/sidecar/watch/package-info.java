/** Watching the bundle directory. */
@org.jspecify.annotations.NullMarked
package dev.ostiary.sidecar.watch;
