package dev.ostiary.log;

/**
 * What the log has done since it was opened, read without a lock: each number is right, but they
 * need not be of the same moment.
 *
 * @param records records appended
 * @param bytes bytes of those records
 * @param writes write calls on the write-ahead log
 * @param syncs successful fsyncs of the write-ahead log
 * @param checkpoints checkpoints published
 * @param refused records refused, for any reason
 * @param lost records accepted in class observe and then not written; a gap record counts them
 * @param queuedBytes bytes accepted and not yet written
 * @param unsyncedBytes bytes written and not yet fsynced
 * @param unpublished entries written that no published checkpoint covers
 * @param publishFailures publications of a checkpoint that failed and will be tried again, and
 *     times that tiles could not be made durable, so that their segments stay
 * @param witnessFailures times that a witness did not cosign a checkpoint in time
 */
public record LogCounters(
    long records,
    long bytes,
    long writes,
    long syncs,
    long checkpoints,
    long refused,
    long lost,
    long queuedBytes,
    long unsyncedBytes,
    long unpublished,
    long publishFailures,
    long witnessFailures) {}
