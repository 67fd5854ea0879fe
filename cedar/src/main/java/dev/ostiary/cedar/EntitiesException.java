package dev.ostiary.cedar;

/** Entities contradict each other; nothing was changed. */
public final class EntitiesException extends Exception {
  private static final long serialVersionUID = 1L;
  private final transient EntityUid entity;

  /** {@code entity} is the one at fault; the message names it. */
  public EntitiesException(EntityUid entity, String message) {
    super(message, null, false, false); // no stack trace: the entity is the useful address
    this.entity = entity;
  }

  /** The entity at fault; of a cycle, one of its entities. */
  public EntityUid entity() {
    return entity;
  }
}
