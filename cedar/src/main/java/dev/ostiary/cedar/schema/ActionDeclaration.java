package dev.ostiary.cedar.schema;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.syntax.Span;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An action as a schema declares it, names resolved.
 *
 * @param parents direct action groups
 * @param principals entity types that may do it; empty where it is only a group
 * @param resources entity types that it may be done to; empty where it is only a group
 * @param context type of the context
 * @param external whether another schema has to say what it applies to
 * @param annotations by name; without value the empty string
 */
public record ActionDeclaration(
    EntityUid uid,
    Set<EntityUid> parents,
    Set<String> principals,
    Set<String> resources,
    Type.RecordType context,
    boolean external,
    Map<String, String> annotations,
    Span span) {
  /** Whether the two declare the same, wherever it is written. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ActionDeclaration that
        && uid.equals(that.uid)
        && parents.equals(that.parents)
        && principals.equals(that.principals)
        && resources.equals(that.resources)
        && context.equals(that.context)
        && external == that.external
        && annotations.equals(that.annotations);
  }

  @Override
  public int hashCode() {
    return uid.hashCode();
  }
}
