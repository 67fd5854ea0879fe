package dev.ostiary.sidecar.config;

import java.time.Duration;

/**
 * What callers may use at most; the defaults of gRPC and Netty are not safe.
 *
 * @param messageBytes largest request that is decided
 * @param headerBytes largest metadata of a call
 * @param callsPerConnection calls that one connection may have open
 * @param resets streams that one connection may reset within 30 seconds
 * @param connections open at once on all doors together
 * @param connectionIdle after which a connection without calls is asked to end
 * @param connectionAge after which a connection is asked to end
 * @param connectionGrace how long its calls may then take to end
 * @param keepalive least time between two pings of a client
 * @param batch questions in one CheckBatch
 * @param pending unanswered questions on one CheckStream
 * @param questions unanswered on all doors together
 * @param pendingBytes of entries that wait to be written
 */
public record Limits(
    int messageBytes,
    int headerBytes,
    int callsPerConnection,
    int resets,
    int connections,
    Duration connectionIdle,
    Duration connectionAge,
    Duration connectionGrace,
    Duration keepalive,
    int batch,
    int pending,
    int questions,
    long pendingBytes) {}
