/**
 * The few file-system operations that the writer needs, so that a test can put a crashing disk
 * under it.
 */
package dev.ostiary.log.disk;
