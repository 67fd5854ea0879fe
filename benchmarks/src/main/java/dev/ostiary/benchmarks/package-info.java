/**
 * Measures one decision in process: each class answers the question in its first sentence.
 *
 * <p>Whatever is measured has agreed with the expected decisions first.
 */
@NullMarked
package dev.ostiary.benchmarks;

import org.jspecify.annotations.NullMarked;
