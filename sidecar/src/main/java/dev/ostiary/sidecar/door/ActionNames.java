package dev.ostiary.sidecar.door;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.schema.Schema;

/** Actions as other protocols name them. */
final class ActionNames {
  private static final String TYPE = "Action";

  private ActionNames() {}

  /**
   * The action with that id, or with that whole name, such as {@code Lab::Action::"read"}; where
   * the schema has none, or several of that id, one that it does not have.
   */
  static EntityUid find(Schema schema, String name) {
    EntityUid plain = EntityUid.of(TYPE, name);
    if (schema.actions().containsKey(plain)) return plain;
    EntityUid found = null;
    for (EntityUid action : schema.actions().keySet()) {
      if (action.toString().equals(name)) return action;
      if (!action.id().equals(name)) continue;
      if (found != null) return plain;
      found = action;
    }
    return found == null ? plain : found;
  }
}
