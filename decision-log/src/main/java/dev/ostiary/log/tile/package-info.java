/**
 * RFC 6962 hashing and C2SP tlog-tiles: hashes, tiles, entry bundles, proofs, and where they are
 * read from.
 */
package dev.ostiary.log.tile;
