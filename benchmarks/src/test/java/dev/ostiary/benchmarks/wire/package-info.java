@NullMarked
package dev.ostiary.benchmarks.wire;

import org.jspecify.annotations.NullMarked;
