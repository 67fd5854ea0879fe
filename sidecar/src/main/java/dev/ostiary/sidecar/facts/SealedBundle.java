package dev.ostiary.sidecar.facts;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import dev.ostiary.record.v1.Activation;
import dev.ostiary.sidecar.bundle.Bundle;
import dev.ostiary.sidecar.bundle.BundleFile;
import dev.ostiary.sidecar.subjects.Names;
import dev.ostiary.sidecar.subjects.Subjects;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * A bundle's bytes in its activation: as they are or, where its schema marks something personal or
 * sensitive, sealed, since its entities and policies name people.
 */
final class SealedBundle {
  private SealedBundle() {}

  /** The activation of a bundle; its key is on the disk when this returns. Blocks. */
  static Activation activation(Bundle bundle, Subjects subjects) throws IOException {
    var activation =
        Activation.newBuilder()
            .setName(bundle.name())
            .setVersion(bundle.version())
            .setDigest(UnsafeByteOperations.unsafeWrap(bundle.digest()))
            .setUnchecked(bundle.signed().isEmpty());
    bundle
        .signed()
        .ifPresent(signed ->
            activation
                .setEnvelope(UnsafeByteOperations.unsafeWrap(signed.envelope()))
                .addAllKeyIds(signed.keyIds()));
    bundle
        .recovery()
        .ifPresent(by ->
            activation
                .setRecoveryEnvelope(UnsafeByteOperations.unsafeWrap(by.envelope()))
                .addAllRecoveryKeyIds(by.keyIds()));
    Activation files = activation(bundle.files());
    return bundle.marks().hide()
        ? activation.setSealed(subjects.sealBundle(bundle.digest(), files.toByteArray())).build()
        : activation.addAllFiles(files.getFilesList()).build();
  }

  /** An activation of files alone. */
  static Activation activation(List<BundleFile> files) {
    var activation = Activation.newBuilder();
    for (var file : files)
      activation.addFiles(
          dev.ostiary.record.v1.BundleFile.newBuilder()
              .setPath(file.path())
              .setContent(UnsafeByteOperations.unsafeWrap(file.content())));
    return activation.build();
  }

  static List<BundleFile> files(Activation activation) {
    return activation.getFilesList().stream()
        .map(file -> new BundleFile(file.getPath(), file.getContent().toByteArray()))
        .toList();
  }

  /**
   * What was sealed.
   *
   * @param redacted whether somebody was struck out of it since
   */
  record Opened(List<BundleFile> files, boolean redacted) {}

  /** Opens an activation; empty where its key is not here. */
  static Optional<Opened> open(Activation activation, Names names) {
    var opened = names.openBundle(activation.getDigest(), activation.getSealed());
    if (opened.isEmpty()) return Optional.empty();
    try {
      Activation files = Activation.parseFrom(opened.get().files());
      return Optional.of(new Opened(files(files), opened.get().redacted()));
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }
}
