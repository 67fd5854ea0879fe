@NullMarked
package dev.ostiary.client;

import org.jspecify.annotations.NullMarked;
