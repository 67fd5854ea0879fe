package dev.ostiary.cedar.syntax;

import dev.ostiary.cedar.EntityUid;
import java.util.List;

/** What a policy's scope says of one variable. A scope never fails to evaluate. */
public sealed interface Scope {
  /** What a scope may say of the principal or the resource. */
  sealed interface OfEntity extends Scope {}

  /** What a scope may say of the action. */
  sealed interface OfAction extends Scope {}

  /** Only the variable: matches everything. */
  record Any() implements OfEntity, OfAction {}

  /** {@code == uid} or {@code == ?slot}. */
  record Equal(Reference entity) implements OfEntity {}

  /** {@code in uid} or {@code in ?slot}. */
  record In(Reference entity) implements OfEntity {}

  /** {@code is Type}. */
  record Is(String entityType) implements OfEntity {}

  /** {@code is Type in uid} or {@code is Type in ?slot}. */
  record IsIn(String entityType, Reference entity) implements OfEntity {}

  /** {@code action == uid}. */
  record ActionEqual(EntityUid action) implements OfAction {}

  /** {@code action in uid}. */
  record ActionIn(EntityUid action) implements OfAction {}

  /** {@code action in [uid, …]}; may be empty, and then matches nothing. */
  record ActionInList(List<EntityUid> actions) implements OfAction {
    public ActionInList {
      actions = List.copyOf(actions);
    }
  }

  /** An entity in a scope, or the slot that a link fills. */
  sealed interface Reference {
    /** An entity. */
    record Entity(EntityUid uid) implements Reference {}

    /** {@code ?principal} in the principal's scope, {@code ?resource} in the resource's. */
    record Slot() implements Reference {}
  }
}
