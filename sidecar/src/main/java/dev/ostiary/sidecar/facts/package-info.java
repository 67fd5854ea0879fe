/** The fact log: all that can change an answer, in order, and its fold, the snapshot in force. */
@org.jspecify.annotations.NullMarked
package dev.ostiary.sidecar.facts;
