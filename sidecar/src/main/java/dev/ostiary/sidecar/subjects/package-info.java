/**
 * People in the logs: whom a pseudonym stands for, the keys of what is sealed, and the tokens of
 * names to hide. All of it is kept beside the logs, never in them.
 */
@org.jspecify.annotations.NullMarked
package dev.ostiary.sidecar.subjects;
