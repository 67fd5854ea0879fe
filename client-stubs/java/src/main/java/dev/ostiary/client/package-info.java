/**
 * What a Java service uses to ask the sidecar, and to enforce the answer.
 *
 * <p>{@link dev.ostiary.client.OstiaryClient} asks, {@link dev.ostiary.client.RequestBuilder} makes
 * the questions, {@link dev.ostiary.client.Answer#enforce} turns what came back into allowed or
 * denied, and {@link dev.ostiary.client.OstiaryServerInterceptor} does all of it in front of a gRPC
 * service. Whatever goes wrong ends in a denial with a typed reason, never in an exception and
 * never in an allow.
 */
@NullMarked
package dev.ostiary.client;

import org.jspecify.annotations.NullMarked;
