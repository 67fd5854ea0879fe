package dev.ostiary.sidecar.subjects;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.ostiary.cedar.Entity;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.record.v1.StoredEntity;
import dev.ostiary.sidecar.contract.ContractException;
import dev.ostiary.sidecar.contract.ContractReader;
import dev.ostiary.v1.Attribute;
import dev.ostiary.v1.Record;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * What the logs' names stand for, and what is sealed in them, as far as the tables know. Any
 * thread.
 */
public abstract class Names {
  static final char MARK = '~';

  final ConcurrentHashMap<EntityUid, Subject> subjects = new ConcurrentHashMap<>();
  final ConcurrentHashMap<EntityUid, Subject> byPseudonym = new ConcurrentHashMap<>();
  final ConcurrentHashMap<EntityUid, Boolean> erased = new ConcurrentHashMap<>();
  @Nullable Tokens tokens;
  @Nullable SecretKey houseKey;

  /** Whether there are tables to tell by. */
  public abstract boolean areHere();

  /** The bundle that stands sealed in an activation; empty where it cannot be read any more. */
  public abstract Optional<Opened> openBundle(ByteString digest, ByteString sealed);

  /**
   * A bundle that was sealed.
   *
   * @param files a serialised {@code Activation} of files alone
   * @param redacted whether somebody was struck out of it
   */
  public record Opened(ByteString files, boolean redacted) {}

  /** The entity that a name of the logs stands for; the name itself where that is not known. */
  public EntityUid reveal(EntityUid name) {
    String id = name.id();
    if (id.isEmpty()) return name;
    return switch (id.charAt(0)) {
      case MARK -> {
        Subject subject = byPseudonym.get(name);
        yield subject == null ? name : subject.uid();
      }
      case Tokens.MARK -> tokens == null ? name : tokens.show(name).orElse(name);
      default -> name;
    };
  }

  /** Whether the name stands for a subject that was erased. */
  public boolean isErased(EntityUid name) {
    return erased.containsKey(name);
  }

  /** A stored entity as it was put; empty where its subject was erased. */
  public Optional<Entity> read(StoredEntity stored, String field) throws ContractException {
    var plain =
        dev.ostiary.v1.Entity.newBuilder()
            .setUid(stored.getUid())
            .addAllAttributes(stored.getAttributesList())
            .addAllParents(stored.getParentsList())
            .addAllTags(stored.getTagsList());
    if (!stored.getSealed().isEmpty()) {
      var opened =
          open(
              EntityUid.of(stored.getUid().getType(), stored.getUid().getId()), stored.getSealed());
      if (opened.isEmpty()) return Optional.empty();
      try {
        plain.mergeFrom(opened.get());
      } catch (InvalidProtocolBufferException e) {
        throw ContractReader.missing(field, "an entity under the seal");
      }
    }
    return Optional.of(new ContractReader(this::reveal).entity(plain.build(), field));
  }

  /**
   * Attributes that were sealed in an entry; empty where their subject was erased.
   *
   * @param names the entry's principal and resource, under whose keys they may be
   */
  public Optional<List<Attribute>> attributes(ByteString sealed, List<EntityUid> names)
      throws ContractException {
    for (EntityUid name : names) {
      var opened = open(name, sealed);
      if (opened.isEmpty()) continue;
      try {
        return Optional.of(Record.parseFrom(opened.get()).getAttributesList());
      } catch (InvalidProtocolBufferException e) {
        throw ContractReader.missing("sealed_context", "a record under the seal");
      }
    }
    return Optional.empty();
  }

  /** Reads attributes, with what their names stand for. */
  public RecordValue record(List<Attribute> attributes, String field) throws ContractException {
    return new ContractReader(this::reveal).record(attributes, field);
  }

  private Optional<byte[]> open(EntityUid name, ByteString sealed) {
    Subject subject = byPseudonym.get(name);
    SecretKey key = subject == null ? houseKey : subject.key();
    return key == null ? Optional.empty() : Sealer.open(key, sealed.toByteArray());
  }
}
