package dev.ostiary.log;

import java.time.Duration;
import java.util.Optional;

/**
 * How far a log is in its store.
 *
 * @param size entries that the store has
 * @param lag how long the oldest entry that it has not has been written, within a quarter of a
 *     second; zero where it has all
 * @param objects objects written since the log was opened
 * @param bytes bytes of those
 * @param failures times that the store could not be written, each tried again
 * @param forks times that the store held something else than this log; shipping ends then
 * @param trouble what keeps the log from being shipped now, for an operator
 */
public record Shipping(
    long size,
    Duration lag,
    long objects,
    long bytes,
    long failures,
    long forks,
    Optional<String> trouble) {}
