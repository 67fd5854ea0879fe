/** How what is scarce is divided between callers. */
@org.jspecify.annotations.NullMarked
package dev.ostiary.sidecar.limit;
