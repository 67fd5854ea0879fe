/**
 * Who is asking: certificates, SPIFFE ids and tokens, and how they change while the process runs.
 */
@org.jspecify.annotations.NullMarked
package dev.ostiary.sidecar.identity;
