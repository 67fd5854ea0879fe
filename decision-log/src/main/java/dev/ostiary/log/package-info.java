/**
 * An embedded, append-only, verifiable log.
 *
 * <p>{@link dev.ostiary.log.DecisionLog} writes one tree, {@link dev.ostiary.log.LogReader} reads
 * it, {@link dev.ostiary.log.Verifier} checks it with no writer behind it. On disk a tree is a C2SP
 * {@code tlog-tiles} directory that any verifier of that format checks:
 *
 * <pre>
 * DIR/checkpoint            the last signed checkpoint
 * DIR/checkpoints/SIZE      earlier signed checkpoints that were kept, named by their tree size
 * DIR/tile/…, tile/entries/ Merkle tiles and entry bundles, 256 wide
 * DIR/wal/                  what only the writer needs: segments, lock, ballast
 * </pre>
 *
 * <h2>Records and entries</h2>
 *
 * A <em>record</em> is what a caller appends: bytes. An <em>entry</em> is a leaf of the tree, at
 * most 65,535 bytes. The first byte of an entry says how it belongs to a record:
 *
 * <pre>
 * 0x00 record                                    a whole record of at most 65,534 bytes
 * 0x01 u32 entries · u64 length · sha256 · data  the head of a chain: how many entries it has, the
 *                                                record's length and its SHA-256, its first bytes
 * 0x02 data                                      the next part of the chain before it
 * </pre>
 *
 * Integers are big-endian. A chain's entries are consecutive and all in the tree or none. Since the
 * head holds the digest of the whole record, its leaf hash stands for all of it.
 */
package dev.ostiary.log;
