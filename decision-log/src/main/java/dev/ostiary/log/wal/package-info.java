/**
 * The write-ahead log: the durable truth that tiles derive from.
 *
 * <p>{@code wal/} holds segments named by the index of their first entry, {@code
 * 00000000000000000042.wal}, each a header of 64 bytes and then frames, then zeros to its end. A
 * segment ends where the next one's first index begins, whatever follows in it: that is how a
 * segment is left behind after a failed write. A frame is a record with its entries and leaf
 * hashes, so that a chain is there whole or not at all:
 *
 * <pre>
 * header  "OSTYWAL1" · u64 first index · sha256(origin) · u64 records of class observe
 *         before it · 4 zero bytes · u32 crc32c of these 60 bytes
 * frame   u32 crc32c of what follows · u32 length of the frame · u64 index of its first entry
 *         · u8 flags (1: class observe) · u8 0 · u16 entries
 *         · per entry: u16 length, leaf hash of 32 bytes · the entries' bytes
 * </pre>
 *
 * All integers are big-endian. {@code wal/synced} says how many entries are known to be durable,
 * and in which run of the machine that was written.
 */
package dev.ostiary.log.wal;
