package dev.ostiary.log;

/**
 * Something that a verifier was given from elsewhere.
 *
 * @param name where it came from, for messages; a file name for example
 * @param text a signed checkpoint, or a receipt in the tlog-proof format
 */
public record Evidence(String name, String text) {}
