/** Signatures over what comes from outside: DSSE envelopes, and whose are believed. */
@org.jspecify.annotations.NullMarked
package dev.ostiary.sidecar.sign;
