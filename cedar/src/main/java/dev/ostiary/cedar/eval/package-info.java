/** Evaluation: expressions compiled to closures, and policies found by their scope. */
package dev.ostiary.cedar.eval;
