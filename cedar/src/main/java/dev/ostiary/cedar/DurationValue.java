package dev.ostiary.cedar;

/** A Cedar {@code duration}, in milliseconds. */
public record DurationValue(long millis) implements Value {}
