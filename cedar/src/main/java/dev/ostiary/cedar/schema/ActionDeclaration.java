package dev.ostiary.cedar.schema;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.syntax.Span;
import java.util.Map;
import java.util.Set;

/**
 * An action as a schema declares it, names resolved.
 *
 * @param parents direct action groups
 * @param principals entity types that may do it; empty where it is only a group
 * @param resources entity types that it may be done to; empty where it is only a group
 * @param context type of the context
 * @param attributes attributes of the action entity itself
 * @param annotations by name; without value the empty string
 */
public record ActionDeclaration(
    EntityUid uid,
    Set<EntityUid> parents,
    Set<String> principals,
    Set<String> resources,
    Type.RecordType context,
    RecordValue attributes,
    Map<String, String> annotations,
    Span span) {}
