package dev.ostiary.cedar.schema;

import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonObject;
import dev.ostiary.cedar.schema.TypeSyntax.Attribute;
import dev.ostiary.cedar.schema.TypeSyntax.Primitive;
import dev.ostiary.cedar.schema.TypeSyntax.Reference;
import dev.ostiary.cedar.syntax.Identifiers;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.Span;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads types, names and annotations of the JSON form of schemas. */
final class JsonTypeReader {
  private final Source source;
  private final SchemaFields fields;

  JsonTypeReader(Source source, SchemaFields fields) {
    this.source = source;
    this.fields = fields;
  }

  /** A type; {@code besides} are members of its object that are not about the type. */
  TypeSyntax type(Json json, String... besides) {
    Span span = json.span(source);
    TypeSyntax unknown = TypeSyntax.Attributes.none(span);
    JsonObject object = fields.object(json, "a type");
    if (object == null) return unknown;
    Json written = fields.required(object, "type");
    if (written == null) return unknown;
    String name = fields.text(written, "the name of a type");
    return switch (name) {
      case "Boolean" -> primitive(object, Primitive.Name.BOOL, besides);
      case "Long" -> primitive(object, Primitive.Name.LONG, besides);
      case "String" -> primitive(object, Primitive.Name.STRING, besides);
      case "Set" -> {
        only(object, besides, "element");
        Json element = fields.required(object, "element");
        yield element == null ? unknown : new TypeSyntax.SetOf(type(element), span);
      }
      case "Record" -> record(object, besides);
      case "Entity" -> named(object, Reference.Target.ENTITY_TYPE, besides);
      case "EntityOrCommon" -> named(object, Reference.Target.EITHER, besides);
      case "Extension" -> {
        only(object, besides, "name");
        Json extension = fields.required(object, "name");
        yield extension == null
            ? unknown
            : new TypeSyntax.Extension(name(extension, "an extension type"), span);
      }
      default -> {
        only(object, besides);
        yield new Reference(Reference.Target.COMMON_TYPE, name(written, "a common type"), span);
      }
    };
  }

  private TypeSyntax primitive(JsonObject object, Primitive.Name name, String[] besides) {
    only(object, besides);
    return new Primitive(name, object.span(source));
  }

  private TypeSyntax named(JsonObject object, Reference.Target target, String[] besides) {
    only(object, besides, "name");
    Json name = fields.required(object, "name");
    if (name == null) return TypeSyntax.Attributes.none(object.span(source));
    return new Reference(target, name(name, "a type"), object.span(source));
  }

  private TypeSyntax record(JsonObject object, String[] besides) {
    only(object, besides, "attributes", "additionalAttributes");
    SortedMap<String, Attribute> attributes = new TreeMap<>();
    Json written = fields.required(object, "attributes");
    JsonObject members = written == null ? null : fields.object(written, "an object of attributes");
    if (members != null) {
      fields.distinct(members);
      for (int i = 0; i < members.size(); i++)
        attributes.put(members.name(i), attribute(members.value(i)));
    }
    boolean open = fields.flag(object, "additionalAttributes", false);
    return new TypeSyntax.Attributes(attributes, open, object.span(source));
  }

  private Attribute attribute(Json json) {
    TypeSyntax type = type(json, "required", "annotations");
    if (!(json instanceof JsonObject object)) return new Attribute(type, true, new TreeMap<>());
    return new Attribute(type, fields.flag(object, "required", true), annotations(object));
  }

  private void only(JsonObject object, String[] besides, String... own) {
    String[] known = new String[own.length + besides.length + 1];
    known[0] = "type";
    System.arraycopy(own, 0, known, 1, own.length);
    System.arraycopy(besides, 0, known, own.length + 1, besides.length);
    fields.known(object, known);
  }

  /** The member {@code annotations} of an object; a value may be null. */
  SortedMap<String, Optional<String>> annotations(JsonObject object) {
    SortedMap<String, Optional<String>> annotations = new TreeMap<>();
    Json written = object.find("annotations");
    JsonObject members =
        written == null ? null : fields.object(written, "an object of annotations");
    if (members == null) return annotations;
    fields.distinct(members);
    for (int i = 0; i < members.size(); i++) {
      Json value = members.value(i);
      if (!Identifiers.isWord(members.name(i)))
        fields.fault(value, "`" + members.name(i) + "` cannot be the name of an annotation");
      annotations.put(
          members.name(i),
          value instanceof Json.Null
              ? Optional.empty()
              : Optional.of(fields.text(value, "the value of an annotation")));
    }
    return annotations;
  }

  /** A name, with or without namespace. */
  String name(Json json, String what) {
    String name = fields.text(json, what);
    if (json instanceof Json.Str && !SchemaNames.isName(name))
      fields.fault(json, "expected the name of " + what + ", got " + json.described());
    return name;
  }
}
