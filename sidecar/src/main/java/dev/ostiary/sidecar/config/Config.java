package dev.ostiary.sidecar.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What the process is told at its start.
 *
 * @param bundle directory of the bundle; without one, the last activation in the fact log decides
 * @param data directory of the logs and keys
 * @param socket Unix socket for gRPC
 * @param grpc TCP address for gRPC
 * @param admin TCP address for metrics and health
 * @param name first part of the logs' origins
 * @param observe whether a bundle may choose the log class observe
 * @param reserveBytes room on the disk below which nothing is answered
 * @param watchEvery how often the bundle directory is looked at
 * @param drainGrace how long calls may take to end when the process stops
 * @param threads number of event loops
 * @param limits what callers may use
 */
public record Config(
    Optional<Path> bundle,
    Path data,
    Optional<Path> socket,
    Optional<Listener> grpc,
    Listener admin,
    Optional<String> name,
    boolean observe,
    long reserveBytes,
    Duration watchEvery,
    Duration drainGrace,
    int threads,
    Limits limits) {}
