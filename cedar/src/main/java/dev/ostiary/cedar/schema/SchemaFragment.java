package dev.ostiary.cedar.schema;

import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceException;
import dev.ostiary.cedar.syntax.Span;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One schema text as written, in either form: what it declares, names not yet resolved. It may
 * refer to what other fragments declare; {@link Schema#of} puts them together.
 *
 * @param namespaces by name; declarations outside of every namespace are in the one named ""
 * @see <a href="https://docs.cedarpolicy.com/schema/human-readable-schema.html">Cedar form</a>
 * @see <a href="https://docs.cedarpolicy.com/schema/json-schema.html">JSON form</a>
 */
public record SchemaFragment(SortedMap<String, Namespace> namespaces) {
  public SchemaFragment {
    namespaces = Collections.unmodifiableSortedMap(new TreeMap<>(namespaces));
  }

  /**
   * What a namespace declares.
   *
   * @param annotations by name; one without value is empty
   */
  public record Namespace(
      SortedMap<String, CommonType> commonTypes,
      SortedMap<String, EntityType> entityTypes,
      SortedMap<String, Action> actions,
      SortedMap<String, Optional<String>> annotations) {
    public Namespace {
      commonTypes = Collections.unmodifiableSortedMap(new TreeMap<>(commonTypes));
      entityTypes = Collections.unmodifiableSortedMap(new TreeMap<>(entityTypes));
      actions = Collections.unmodifiableSortedMap(new TreeMap<>(actions));
      annotations = Collections.unmodifiableSortedMap(new TreeMap<>(annotations));
    }
  }

  /** {@code type T = …}. */
  public record CommonType(
      TypeSyntax type, SortedMap<String, Optional<String>> annotations, Span span) {}

  /** {@code entity T …}. */
  public record EntityType(
      EntityKind kind, SortedMap<String, Optional<String>> annotations, Span span) {}

  /** The three ways to declare an entity type. */
  public sealed interface EntityKind {
    /** With attributes and tags. */
    record Standard(List<Name> memberOfTypes, TypeSyntax shape, Optional<TypeSyntax> tags)
        implements EntityKind {
      public Standard {
        memberOfTypes = List.copyOf(memberOfTypes);
      }
    }

    /** {@code enum ["a", "b"]}: at least one id. */
    record Enumerated(List<String> ids) implements EntityKind {
      public Enumerated {
        ids = List.copyOf(ids);
      }
    }

    /** {@code external entity}: another schema says what it is. */
    record External(List<Name> memberOfTypes) implements EntityKind {
      public External {
        memberOfTypes = List.copyOf(memberOfTypes);
      }
    }
  }

  /**
   * {@code action a …}.
   *
   * @param external whether another schema says what it applies to
   */
  public record Action(
      Optional<List<ActionName>> memberOf,
      Optional<AppliesTo> appliesTo,
      boolean external,
      SortedMap<String, Optional<String>> annotations,
      Span span) {}

  /** What an action applies to. */
  public record AppliesTo(List<Name> principalTypes, List<Name> resourceTypes, TypeSyntax context) {
    public AppliesTo {
      principalTypes = List.copyOf(principalTypes);
      resourceTypes = List.copyOf(resourceTypes);
    }
  }

  /** The name of an entity type, with or without namespace. */
  public record Name(String text, Span span) {}

  /** The name of an action; without type it is one of {@code Action}. */
  public record ActionName(Optional<String> type, String id, Span span) {}

  /**
   * Reads the Cedar form.
   *
   * @throws SourceException with every fault of the text
   */
  public static SchemaFragment parse(Source source) throws SourceException {
    return SchemaParser.parse(source);
  }

  /**
   * Reads the JSON form.
   *
   * @throws SourceException with every fault of the text
   */
  public static SchemaFragment parseJson(Source source) throws SourceException {
    return JsonSchemaReader.read(source, Json.parse(source));
  }

  /**
   * Reads the JSON form from a part of a JSON text.
   *
   * @param source what {@code json} was read from
   * @throws SourceException with every fault
   */
  public static SchemaFragment ofJson(Source source, Json json) throws SourceException {
    return JsonSchemaReader.read(source, json);
  }

  /** The JSON form. Names stay as written. */
  public Json toJson() {
    return JsonSchemaWriter.write(this);
  }

  /**
   * The Cedar form, without comments.
   *
   * @throws SourceException where the Cedar form cannot say it: a common type as shape of an entity
   *     type, or one name for an entity type and a common type
   */
  public String toCedar() throws SourceException {
    return SchemaWriter.write(this);
  }
}
