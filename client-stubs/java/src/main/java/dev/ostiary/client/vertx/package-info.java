/** The client for services written on Vert.x; needs {@code vertx-core} on the class path. */
@NullMarked
package dev.ostiary.client.vertx;

import org.jspecify.annotations.NullMarked;
