/**
 * What is written down of each decision, and how: entries of the decision log, their ids and times,
 * and exact counts of the calls that got no decision.
 */
@org.jspecify.annotations.NullMarked
package dev.ostiary.sidecar.record;
