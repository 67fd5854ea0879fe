package dev.ostiary.sidecar.config;

import java.nio.file.Path;

/** Where the process's certificate comes from, and the authorities of its callers. */
public sealed interface TlsSettings {
  /** PEM files. */
  record Files(Path certificate, Path key, Path trust) implements TlsSettings {}

  /** SPIFFE's Workload API on a Unix socket. */
  record Agent(Path socket) implements TlsSettings {}
}
