package dev.ostiary.sidecar.subjects;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.record.v1.DecisionLogEntry;
import dev.ostiary.record.v1.DecisionRecord;
import dev.ostiary.record.v1.Erased;
import dev.ostiary.record.v1.Revealed;
import dev.ostiary.record.v1.SearchRecord;
import dev.ostiary.record.v1.StoredEntity;
import dev.ostiary.sidecar.contract.ContractException;
import dev.ostiary.sidecar.contract.ContractWriter;
import dev.ostiary.v1.Attribute;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Records of the decision log as they were before names and values were hidden, as far as the
 * tables know; what they do not know stays as it is.
 */
public final class Revealing {
  private final Names names;

  /** Reveals by these. */
  public Revealing(Names names) {
    this.names = names;
  }

  /** The record with what its names stand for, and what is sealed in it. */
  public DecisionLogEntry entry(DecisionLogEntry entry) {
    return (DecisionLogEntry) revealed(entry);
  }

  /** What a name stands for. */
  public dev.ostiary.v1.EntityUid name(dev.ostiary.v1.EntityUid name) {
    if (name.getType().isEmpty()) return name;
    return ContractWriter.uid(names.reveal(EntityUid.of(name.getType(), name.getId())));
  }

  private Message revealed(Message message) {
    return switch (message) {
      case dev.ostiary.v1.EntityUid name -> name(name);
      case Revealed asked -> asked; // what was asked for is itself an answer
      case Erased erased -> erased;
      case StoredEntity stored -> entity(stored);
      case DecisionRecord record -> decision(record);
      case SearchRecord search -> search(search);
      default -> parts(message);
    };
  }

  /** The same of each message within it. */
  private Message parts(Message message) {
    Message.Builder built = message.toBuilder();
    for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
      if (field.getKey().getJavaType() != FieldDescriptor.JavaType.MESSAGE) continue;
      if (field.getKey().isRepeated()) {
        var revealed = new ArrayList<Message>();
        for (Object part : (List<?>) field.getValue()) revealed.add(revealed((Message) part));
        built.setField(field.getKey(), revealed);
      } else {
        built.setField(field.getKey(), revealed((Message) field.getValue()));
      }
    }
    return built.build();
  }

  private Message decision(DecisionRecord record) {
    var revealed = ((DecisionRecord) parts(record)).toBuilder();
    var context = sealed(record.getSealedContext(), record.getPrincipal(), record.getResource());
    if (!context.isEmpty()) revealed.addAllContext(context).clearSealedContext();
    return revealed.build();
  }

  private Message search(SearchRecord record) {
    var revealed = ((SearchRecord) parts(record)).toBuilder();
    var context = sealed(record.getSealedContext(), record.getPrincipal(), record.getResource());
    if (!context.isEmpty()) revealed.addAllContext(context).clearSealedContext();
    return revealed.build();
  }

  private List<Attribute> sealed(
      com.google.protobuf.ByteString sealed,
      dev.ostiary.v1.EntityUid principal,
      dev.ostiary.v1.EntityUid resource) {
    if (sealed.isEmpty()) return List.of();
    try {
      var opened =
          names.attributes(
              sealed,
              List.of(
                  EntityUid.of(principal.getType(), principal.getId()),
                  EntityUid.of(resource.getType(), resource.getId())));
      if (opened.isEmpty()) return List.of();
      return ContractWriter.attributes(names.record(opened.get(), "sealed_context"));
    } catch (ContractException e) {
      return List.of(); // what cannot be read stays as it is
    }
  }

  private Message entity(StoredEntity stored) {
    try {
      var entity = names.read(stored, "entity");
      if (entity.isEmpty()) return stored;
      var plain = ContractWriter.entity(entity.get());
      return StoredEntity.newBuilder()
          .setUid(plain.getUid())
          .addAllAttributes(plain.getAttributesList())
          .addAllParents(plain.getParentsList())
          .addAllTags(plain.getTagsList())
          .build();
    } catch (ContractException e) {
      return stored; // what cannot be read stays as it is
    }
  }
}
