package dev.ostiary.cedar.schema;

import dev.ostiary.cedar.syntax.Span;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An entity type as a schema declares it, names resolved.
 *
 * @param name with its namespace
 * @param parents types of which its entities may be direct members
 * @param shape its attributes
 * @param tags type of every tag, where it may have tags
 * @param enumeration the only ids there are, where it is enumerated
 * @param external whether another schema has to say what it is
 * @param annotations by name; without value the empty string
 */
public record EntityTypeDeclaration(
    String name,
    Set<String> parents,
    Type.RecordType shape,
    Optional<Type> tags,
    Optional<Set<String>> enumeration,
    boolean external,
    Map<String, String> annotations,
    Span span) {
  /** Whether the two declare the same, wherever it is written. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof EntityTypeDeclaration that
        && name.equals(that.name)
        && parents.equals(that.parents)
        && shape.equals(that.shape)
        && tags.equals(that.tags)
        && enumeration.equals(that.enumeration)
        && external == that.external
        && annotations.equals(that.annotations);
  }

  @Override
  public int hashCode() {
    return name.hashCode();
  }
}
