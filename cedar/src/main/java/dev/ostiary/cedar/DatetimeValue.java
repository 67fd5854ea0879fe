package dev.ostiary.cedar;

/** A Cedar {@code datetime}: milliseconds since 1970-01-01T00:00:00Z. */
public record DatetimeValue(long epochMillis) implements Value {}
