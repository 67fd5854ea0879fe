package dev.ostiary.sidecar.facts;

import dev.ostiary.cedar.Entity;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.sidecar.bundle.Migration;
import dev.ostiary.sidecar.contract.ContractException;
import dev.ostiary.sidecar.contract.ContractReader;
import dev.ostiary.sidecar.contract.ContractWriter;
import dev.ostiary.sidecar.subjects.Hiding;
import dev.ostiary.sidecar.subjects.Names;
import dev.ostiary.v1.EntityChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One change of one entity. */
public sealed interface Change {
  /** The entity that changes. */
  EntityUid uid();

  /** An entity in place of any other of its uid. */
  record Put(Entity entity) implements Change {
    @Override
    public EntityUid uid() {
      return entity.uid();
    }
  }

  /** The end of a put; the bundle's entity of that uid shows again. */
  record Delete(EntityUid uid) implements Change {}

  /** What migrations make of entities that facts put, one after the other. */
  static List<Change> migrated(Map<EntityUid, Entity> put, List<Migration> migrations) {
    var changes = new ArrayList<Change>();
    for (Entity before : put.values()) {
      Optional<Entity> after = Optional.of(before);
      for (Migration migration : migrations)
        if (migration.type().equals(before.uid().type())) after = after.flatMap(migration::apply);
      if (after.isEmpty()) changes.add(new Delete(before.uid()));
      else if (!after.get().equals(before)) changes.add(new Put(after.get()));
    }
    return changes;
  }

  /** Applies changes to the entities that facts put. */
  static void apply(List<Change> changes, Map<EntityUid, Entity> put) {
    for (Change change : changes) {
      switch (change) {
        case Put(var entity) -> put.put(entity.uid(), entity);
        case Delete(var uid) -> put.remove(uid);
      }
    }
  }

  /**
   * Reads changes as the contract has them.
   *
   * @throws ContractException where one has no meaning, naming it as {@code changes[3].put.uid}
   */
  static List<Change> read(List<EntityChange> messages) throws ContractException {
    var changes = new ArrayList<Change>(messages.size());
    for (int i = 0; i < messages.size(); i++) {
      var message = messages.get(i);
      String field = "changes[" + i + "]";
      changes.add(
          switch (message.getChangeCase()) {
            case PUT -> new Put(new ContractReader().entity(message.getPut(), field + ".put"));
            case DELETE ->
                new Delete(ContractReader.named(true, message.getDelete(), field + ".delete"));
            case CHANGE_NOT_SET -> throw ContractReader.missing(field, "a put or a delete");
          });
    }
    return changes;
  }

  /** The change as the contract has it. */
  default EntityChange message() {
    var message = EntityChange.newBuilder();
    return switch (this) {
      case Put(var entity) -> message.setPut(ContractWriter.entity(entity)).build();
      case Delete(var uid) -> message.setDelete(ContractWriter.uid(uid)).build();
    };
  }

  /**
   * Reads a change as the fact log has it; empty where it is of a subject that was erased.
   *
   * @throws ContractException where it has no meaning
   */
  static Optional<Change> stored(dev.ostiary.record.v1.EntityChange stored, Names names)
      throws ContractException {
    return switch (stored.getChangeCase()) {
      case PUT -> names.read(stored.getPut(), "put").map(Put::new);
      case DELETE ->
          Optional.of(
              new Delete(names.reveal(ContractReader.named(true, stored.getDelete(), "delete"))));
      case DELETE_SUBJECT -> {
        EntityUid pseudonym =
            ContractReader.named(true, stored.getDeleteSubject(), "delete_subject");
        EntityUid subject = names.reveal(pseudonym);
        yield subject.equals(pseudonym) ? Optional.empty() : Optional.of(new Delete(subject));
      }
      case CHANGE_NOT_SET -> throw ContractReader.missing("change", "a put or a delete");
    };
  }

  /** The change as the fact log has it. */
  default dev.ostiary.record.v1.EntityChange stored(Hiding hiding) {
    var stored = dev.ostiary.record.v1.EntityChange.newBuilder();
    return switch (this) {
      case Put(var entity) -> stored.setPut(hiding.entity(entity)).build();
      case Delete(var uid) ->
          hiding.isSubject(uid)
              ? stored.setDeleteSubject(hiding.apply(uid)).build()
              : stored.setDelete(hiding.apply(uid)).build();
    };
  }
}
