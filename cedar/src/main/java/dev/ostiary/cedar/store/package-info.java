/**
 * Entities in memory, for evaluation: persistent tries, so that a change costs the path to it, and
 * groups with their closed ancestor sets.
 */
package dev.ostiary.cedar.store;
