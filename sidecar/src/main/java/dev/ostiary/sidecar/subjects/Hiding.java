package dev.ostiary.sidecar.subjects;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.ostiary.cedar.Entity;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.record.v1.StoredEntity;
import dev.ostiary.sidecar.bundle.SchemaMarks;
import dev.ostiary.sidecar.contract.ContractWriter;
import dev.ostiary.sidecar.contract.MessageWriter;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * Names and values as one record of a log may have them, by the marks of the schema in force. A
 * subject that has no row yet is {@link #missing}: then what was made is not to be used, but made
 * again once the row is there. One thread.
 */
public final class Hiding
    implements Function<EntityUid, dev.ostiary.v1.EntityUid>, MessageWriter.Names {
  private final SchemaMarks marks;
  private final Subjects subjects;
  private @Nullable Set<EntityUid> missing;

  Hiding(SchemaMarks marks, Subjects subjects) {
    this.marks = marks;
    this.subjects = subjects;
  }

  /** Subjects without a row, of those met so far. */
  public Set<EntityUid> missing() {
    return missing == null ? Set.of() : missing;
  }

  /** The entity's name in the logs. */
  @Override
  public dev.ostiary.v1.EntityUid apply(EntityUid uid) {
    var hidden = hidden(uid);
    return hidden == null ? ContractWriter.uid(uid) : hidden;
  }

  @Override
  public dev.ostiary.v1.@Nullable EntityUid hidden(EntityUid uid) {
    Subject subject = subject(uid);
    if (subject != null) return subject.pseudonym();
    return marks.sensitive().contains(uid.type()) && !uid.id().isEmpty()
        ? subjects.tokens().hide(uid)
        : null;
  }

  /** Whether the entity is of a type that is personal. */
  public boolean isSubject(EntityUid uid) {
    return marks.personal().contains(uid.type()) && !uid.id().isEmpty();
  }

  private @Nullable Subject subject(EntityUid uid) {
    if (!isSubject(uid)) return null;
    Subject subject = subjects.subjects.get(uid);
    if (subject == null) {
      if (missing == null) missing = new LinkedHashSet<>(4);
      missing.add(uid);
    }
    return subject;
  }

  /** An entity, sealed where it is a subject or has attributes to hide. */
  public StoredEntity entity(Entity entity) {
    var plain = ContractWriter.entity(entity, this);
    var stored = StoredEntity.newBuilder().setUid(plain.getUid());
    Optional<SecretKey> key = key(entity.uid(), marks.sealed().contains(entity.uid().type()));
    if (key.isEmpty())
      return stored
          .addAllAttributes(plain.getAttributesList())
          .addAllParents(plain.getParentsList())
          .addAllTags(plain.getTagsList())
          .build();
    return stored
        .setSealed(sealed(key.get(), plain.toBuilder().clearUid().build().toByteArray()))
        .build();
  }

  /**
   * What the caller said of the circumstances, under the seal of the principal or of the resource;
   * empty where there is nothing to hide in it.
   */
  public Optional<byte[]> context(
      EntityUid principal, EntityUid action, EntityUid resource, RecordValue context) {
    if (context.attributes().isEmpty()) return Optional.empty();
    Optional<SecretKey> key = key(principal, false);
    if (key.isEmpty()) key = key(resource, marks.sealedContexts().contains(action));
    return key.map(with -> {
      var record = new MessageWriter();
      record.attributes(1, context, this);
      return subjects.sealer.seal(with, record.take());
    });
  }

  private Optional<SecretKey> key(EntityUid uid, boolean hide) {
    Subject subject = subject(uid);
    if (subject != null) return Optional.of(subject.key());
    return hide && !isSubject(uid) ? Optional.of(subjects.houseKey()) : Optional.empty();
  }

  private ByteString sealed(SecretKey key, byte[] plain) {
    return UnsafeByteOperations.unsafeWrap(subjects.sealer.seal(key, plain));
  }
}
