/** How fast the log library is, by itself and beside Tessera. */
@NullMarked
package dev.ostiary.benchmarks.log;

import org.jspecify.annotations.NullMarked;
