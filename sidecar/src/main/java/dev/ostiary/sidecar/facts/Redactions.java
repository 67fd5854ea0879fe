package dev.ostiary.sidecar.facts;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.log.LogReader;
import dev.ostiary.record.v1.Activation;
import dev.ostiary.record.v1.Fact;
import dev.ostiary.sidecar.bundle.Mentions;
import dev.ostiary.sidecar.subjects.Subjects;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.UUID;

/** Strikes an entity out of the bundles that stand sealed in a fact log. */
final class Redactions {
  private Redactions() {}

  /**
   * Bundles that name an entity, without it. Reads the whole log; blocks.
   *
   * @return by the bundle's digest: an activation of files alone
   */
  static Map<ByteString, ByteString> of(EntityUid uid, Path tree, Subjects subjects)
      throws IOException {
    var redacted = new HashMap<ByteString, ByteString>();
    var sealed = subjects.sealedBundles();
    // Those of earlier epochs are not here to be looked at, so what they say goes with the subject.
    var elsewhere = new HashSet<>(sealed);
    LogReader.live(tree)
        .forEach(
            0,
            record -> {
              try {
                Fact fact = Fact.parseFrom(record.bytes());
                elsewhere.remove(fact.getActivation().getDigest());
                if (fact.hasActivation() && sealed.contains(fact.getActivation().getDigest()))
                  redact(fact.getActivation(), uid, subjects, redacted);
                return true;
              } catch (InvalidProtocolBufferException e) {
                throw new IllegalStateException(e); // it was folded before
              }
            });
    for (var digest : elsewhere) redacted.put(digest, ByteString.EMPTY);
    return redacted;
  }

  private static void redact(
      Activation activation,
      EntityUid uid,
      Subjects subjects,
      Map<ByteString, ByteString> redacted) {
    if (redacted.containsKey(activation.getDigest())) return;
    var opened = SealedBundle.open(activation, subjects);
    if (opened.isEmpty() || Mentions.first(opened.get().files(), uid).isEmpty()) return;
    String nobody = "erased-" + UUID.randomUUID();
    var files = Mentions.replaced(opened.get().files(), uid, nobody);
    redacted.put(activation.getDigest(), SealedBundle.activation(files).toByteString());
  }
}
