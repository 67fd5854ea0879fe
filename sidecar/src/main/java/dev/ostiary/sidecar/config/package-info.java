/**
 * The configuration: one file, one environment variable for every key, flags for the common ones.
 */
@org.jspecify.annotations.NullMarked
package dev.ostiary.sidecar.config;
