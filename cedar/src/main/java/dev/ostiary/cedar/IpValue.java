package dev.ostiary.cedar;

/**
 * A Cedar {@code ipaddr}: an address or a range. IPv4 addresses are in the low 32 bits of {@code
 * low}.
 */
public record IpValue(boolean v6, long high, long low, int prefix) implements Value {}
