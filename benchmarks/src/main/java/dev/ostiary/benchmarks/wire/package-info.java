/**
 * Measures Check over loopback, beside a bare gRPC echo of the same message sizes.
 *
 * <p>{@link dev.ostiary.benchmarks.wire.WireBenchmark} runs it all: it starts the servers on one
 * core, drives them from another and prints a table.
 */
@NullMarked
package dev.ostiary.benchmarks.wire;

import org.jspecify.annotations.NullMarked;
