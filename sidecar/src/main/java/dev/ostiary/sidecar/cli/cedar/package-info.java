/** {@code ostiary cedar}: the engine on the command line. */
package dev.ostiary.sidecar.cli.cedar;
