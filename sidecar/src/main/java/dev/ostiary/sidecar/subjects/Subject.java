package dev.ostiary.sidecar.subjects;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.record.v1.SubjectKey;
import dev.ostiary.record.v1.SubjectRow;
import javax.crypto.SecretKey;

/**
 * A person as the tables have it.
 *
 * @param uid the entity
 * @param pseudonym what it is called in the logs
 * @param key what is sealed about it is sealed with this
 */
record Subject(EntityUid uid, dev.ostiary.v1.EntityUid pseudonym, SecretKey key) {
  static Subject of(SubjectKey row) {
    var pseudonym =
        dev.ostiary.v1.EntityUid.newBuilder()
            .setType(row.getUid().getType())
            .setId(row.getPseudonym())
            .build();
    return new Subject(
        EntityUid.of(row.getUid().getType(), row.getUid().getId()),
        pseudonym,
        Sealer.key(row.getKey().toByteArray()));
  }

  SubjectRow row() {
    return SubjectRow.newBuilder()
        .setSubject(
            SubjectKey.newBuilder()
                .setUid(dev.ostiary.v1.EntityUid.newBuilder().setType(uid.type()).setId(uid.id()))
                .setPseudonym(pseudonym.getId())
                .setKey(com.google.protobuf.ByteString.copyFrom(key.getEncoded())))
        .build();
  }
}
