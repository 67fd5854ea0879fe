package dev.ostiary.sidecar.bundle;

/**
 * A file of a bundle.
 *
 * @param path within the bundle, with {@code /}
 * @param content its bytes; not copied, not to be changed
 */
@SuppressWarnings("ArrayRecordComponent")
public record BundleFile(String path, byte[] content) {}
