package dev.ostiary.sidecar.bundle;

import java.util.List;

/**
 * A bundle that was read and found good: it can be activated.
 *
 * @param name its name
 * @param version rises with every activation; at least 1
 * @param digest SHA-256 of its canonical form, 32 bytes
 * @param files its canonical form: what is activated, by path in ascending order
 */
@SuppressWarnings("ArrayRecordComponent")
public record Bundle(String name, long version, byte[] digest, List<BundleFile> files) {}
