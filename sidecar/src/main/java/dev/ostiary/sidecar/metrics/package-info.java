/** What the process counts and measures, for Prometheus. */
@org.jspecify.annotations.NullMarked
package dev.ostiary.sidecar.metrics;
