package dev.ostiary.cedar.schema;

import dev.ostiary.cedar.syntax.Span;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An entity type as a schema declares it, names resolved.
 *
 * @param name with its namespace
 * @param parents types of which its entities may be direct members
 * @param shape its attributes
 * @param tags type of every tag, where it may have tags
 * @param enumeration the only ids there are, where it is enumerated
 * @param annotations by name; without value the empty string
 */
public record EntityTypeDeclaration(
    String name,
    Set<String> parents,
    Type.RecordType shape,
    Optional<Type> tags,
    Optional<Set<String>> enumeration,
    Map<String, String> annotations,
    Span span) {}
