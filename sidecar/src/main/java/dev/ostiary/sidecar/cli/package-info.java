/** The {@code ostiary} command. */
@org.jspecify.annotations.NullMarked
package dev.ostiary.sidecar.cli;
