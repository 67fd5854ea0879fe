package dev.ostiary.sidecar.bundle;

import java.util.List;

/**
 * That trusted keys signed a bundle.
 *
 * @param envelope the DSSE envelope that was checked, in its JSON form
 * @param keyIds the keys that did, each once
 */
@SuppressWarnings("ArrayRecordComponent")
public record Signed(byte[] envelope, List<String> keyIds) {
  public Signed {
    keyIds = List.copyOf(keyIds);
  }
}
