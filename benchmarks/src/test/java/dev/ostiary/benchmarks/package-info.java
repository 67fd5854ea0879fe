@NullMarked
package dev.ostiary.benchmarks;

import org.jspecify.annotations.NullMarked;
