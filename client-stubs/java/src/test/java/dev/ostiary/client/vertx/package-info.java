@NullMarked
package dev.ostiary.client.vertx;

import org.jspecify.annotations.NullMarked;
