/**
 * Bundles: a directory of policies, schema and entities that comes into force as a whole, read
 * strictly, with every fault's place.
 */
@org.jspecify.annotations.NullMarked
package dev.ostiary.sidecar.bundle;
