package dev.ostiary.cedar.schema;

import dev.ostiary.cedar.syntax.Span;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** A type as a schema writes it, names not yet resolved. */
public sealed interface TypeSyntax {
  /** How many sets and records may enclose each other, common types put in. */
  int DEPTH = 200;

  /** Where it was written; of a JSON schema the JSON value. */
  Span span();

  /** A primitive type by its own notation, which only the JSON form has. */
  record Primitive(Name name, Span span) implements TypeSyntax {
    /** The primitive types. */
    public enum Name {
      BOOL("Bool", "Boolean"),
      LONG("Long", "Long"),
      STRING("String", "String");

      private final String cedar;
      private final String json;

      Name(String cedar, String json) {
        this.cedar = cedar;
        this.json = json;
      }

      /** In the Cedar form, within the namespace {@code __cedar}. */
      String cedar() {
        return cedar;
      }

      /** In the JSON form. */
      String json() {
        return json;
      }
    }
  }

  /** An extension type by its own notation, which only the JSON form has. */
  record Extension(String name, Span span) implements TypeSyntax {}

  /** A name, with or without namespace. */
  record Reference(Target target, String name, Span span) implements TypeSyntax {
    /** What the name may stand for. */
    public enum Target {
      COMMON_TYPE,
      ENTITY_TYPE,
      EITHER
    }
  }

  /** {@code Set<element>}. */
  record SetOf(TypeSyntax element, Span span) implements TypeSyntax {}

  /**
   * A record.
   *
   * @param open {@code additionalAttributes} of the JSON form
   */
  record Attributes(SortedMap<String, Attribute> attributes, boolean open, Span span)
      implements TypeSyntax {
    public Attributes {
      attributes = Collections.unmodifiableSortedMap(new TreeMap<>(attributes));
    }

    /** The record type without attributes, as where none is written. */
    static Attributes none(Span span) {
      return new Attributes(new TreeMap<>(), false, span);
    }

    /** Whether it is what stands for a record type that is not written. */
    boolean isDefault() {
      return attributes.isEmpty() && !open;
    }
  }

  /** An attribute's type, whether it must be there, and its annotations. */
  record Attribute(
      TypeSyntax type, boolean required, SortedMap<String, Optional<String>> annotations) {
    public Attribute {
      annotations = Collections.unmodifiableSortedMap(new TreeMap<>(annotations));
    }
  }
}
