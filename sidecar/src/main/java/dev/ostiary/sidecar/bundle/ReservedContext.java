package dev.ostiary.sidecar.bundle;

import dev.ostiary.cedar.schema.ActionDeclaration;
import dev.ostiary.cedar.schema.Schema;
import dev.ostiary.cedar.schema.Type;
import dev.ostiary.cedar.syntax.SourceError;
import java.util.List;

/**
 * Context that is the sidecar's word and never a caller's. Each is given to the actions whose
 * context declares it.
 */
public enum ReservedContext {
  /** When the sidecar decides. */
  NOW("now", "datetime"),
  /** Who holds the other end of the connection. */
  CALLER("caller", "Ostiary::Caller"),
  /** How the principal is known. */
  PRINCIPAL_PROOF("principal_proof", "String"),
  /** The principal's risk score. */
  RISK("risk", "Long"),
  /** What is frozen. */
  FROZEN("frozen", "Set");

  private final String key;
  private final String type;

  ReservedContext(String key, String type) {
    this.key = key;
    this.type = type;
  }

  /** Its name in the context. */
  public String key() {
    return key;
  }

  /** Reports every action that declares one with another type. */
  static void check(Schema schema, List<SourceError> errors) {
    for (ActionDeclaration action : schema.actions().values()) {
      for (ReservedContext reserved : values()) {
        Type.Attribute declared = action.context().attributes().get(reserved.key);
        if (declared != null && !reserved.accepts(declared.type()))
          errors.add(
              new SourceError(
                  action.span(),
                  "`context."
                      + reserved.key
                      + "` of `"
                      + action.uid()
                      + "` is given by the sidecar; expected it to be `"
                      + reserved.type
                      + "`"));
      }
    }
  }

  private boolean accepts(Type declared) {
    return switch (this) {
      case NOW -> declared.equals(new Type.ExtensionType("datetime"));
      case CALLER -> declared.equals(new Type.EntityRef(type));
      case PRINCIPAL_PROOF -> declared instanceof Type.StringType;
      case RISK -> declared instanceof Type.LongType;
      case FROZEN -> declared instanceof Type.SetType;
    };
  }
}
