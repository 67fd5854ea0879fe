/**
 * Signed notes, checkpoints, receipts and their keys, as C2SP signed-note, tlog-checkpoint and
 * tlog-proof have them.
 */
package dev.ostiary.log.note;
