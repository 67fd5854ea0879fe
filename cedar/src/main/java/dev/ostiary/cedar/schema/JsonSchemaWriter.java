package dev.ostiary.cedar.schema;

import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.schema.SchemaFragment.Action;
import dev.ostiary.cedar.schema.SchemaFragment.ActionName;
import dev.ostiary.cedar.schema.SchemaFragment.AppliesTo;
import dev.ostiary.cedar.schema.SchemaFragment.CommonType;
import dev.ostiary.cedar.schema.SchemaFragment.EntityKind;
import dev.ostiary.cedar.schema.SchemaFragment.EntityType;
import dev.ostiary.cedar.schema.SchemaFragment.Name;
import dev.ostiary.cedar.schema.SchemaFragment.Namespace;
import dev.ostiary.cedar.schema.TypeSyntax.Reference;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Function;

/** Writes a schema in the JSON form; what says nothing is left out. */
final class JsonSchemaWriter {
  private JsonSchemaWriter() {}

  static Json write(SchemaFragment fragment) {
    return object(fragment.namespaces(), JsonSchemaWriter::namespace);
  }

  private static <T> Json object(Map<String, T> members, Function<T, Json> value) {
    SequencedMap<String, Json> written = new LinkedHashMap<>();
    members.forEach((name, member) -> written.put(name, value.apply(member)));
    return Json.of(written);
  }

  private static <T> Json array(List<T> elements, Function<T, Json> value) {
    return Json.of(elements.stream().map(value).toList());
  }

  private static Json namespace(Namespace namespace) {
    SequencedMap<String, Json> members = new LinkedHashMap<>();
    if (!namespace.commonTypes().isEmpty())
      members.put("commonTypes", object(namespace.commonTypes(), JsonSchemaWriter::commonType));
    members.put("entityTypes", object(namespace.entityTypes(), JsonSchemaWriter::entityType));
    members.put("actions", object(namespace.actions(), JsonSchemaWriter::action));
    annotations(namespace.annotations(), members);
    return Json.of(members);
  }

  private static void annotations(
      Map<String, Optional<String>> annotations, SequencedMap<String, Json> members) {
    if (!annotations.isEmpty())
      members.put(
          "annotations", object(annotations, value -> value.map(Json::of).orElse(Json.ofNull())));
  }

  private static Json commonType(CommonType type) {
    var members = type(type.type());
    annotations(type.annotations(), members);
    return Json.of(members);
  }

  private static Json entityType(EntityType type) {
    SequencedMap<String, Json> members = new LinkedHashMap<>();
    switch (type.kind()) {
      case EntityKind.Standard(var parents, var shape, var tags) -> {
        parents(parents, members);
        if (!(shape instanceof TypeSyntax.Attributes record && record.isDefault()))
          members.put("shape", Json.of(type(shape)));
        tags.ifPresent(tag -> members.put("tags", Json.of(type(tag))));
      }
      case EntityKind.Enumerated(var ids) -> members.put("enum", array(ids, Json::of));
      case EntityKind.External(var parents) -> {
        parents(parents, members);
        members.put("external", Json.of(true));
      }
    }
    annotations(type.annotations(), members);
    return Json.of(members);
  }

  private static void parents(List<Name> parents, SequencedMap<String, Json> members) {
    if (!parents.isEmpty()) members.put("memberOfTypes", names(parents));
  }

  private static Json names(List<Name> names) {
    return array(names, name -> Json.of(name.text()));
  }

  private static Json action(Action action) {
    SequencedMap<String, Json> members = new LinkedHashMap<>();
    action.appliesTo().ifPresent(appliesTo -> members.put("appliesTo", appliesTo(appliesTo)));
    action
        .memberOf()
        .ifPresent(names -> members.put("memberOf", array(names, JsonSchemaWriter::actionName)));
    if (action.external()) members.put("external", Json.of(true));
    annotations(action.annotations(), members);
    return Json.of(members);
  }

  private static Json actionName(ActionName name) {
    SequencedMap<String, Json> members = new LinkedHashMap<>();
    members.put("id", Json.of(name.id()));
    name.type().ifPresent(type -> members.put("type", Json.of(type)));
    return Json.of(members);
  }

  private static Json appliesTo(AppliesTo appliesTo) {
    SequencedMap<String, Json> members = new LinkedHashMap<>();
    members.put("resourceTypes", names(appliesTo.resourceTypes()));
    members.put("principalTypes", names(appliesTo.principalTypes()));
    if (!(appliesTo.context() instanceof TypeSyntax.Attributes record && record.isDefault()))
      members.put("context", Json.of(type(appliesTo.context())));
    return Json.of(members);
  }

  private static SequencedMap<String, Json> type(TypeSyntax type) {
    SequencedMap<String, Json> members = new LinkedHashMap<>();
    switch (type) {
      case TypeSyntax.Primitive(var name, _) -> members.put("type", Json.of(name.json()));
      case TypeSyntax.Extension(var name, _) -> {
        members.put("type", Json.of("Extension"));
        members.put("name", Json.of(name));
      }
      case Reference(var target, var name, _) -> {
        switch (target) {
          case COMMON_TYPE -> members.put("type", Json.of(name));
          case ENTITY_TYPE -> {
            members.put("type", Json.of("Entity"));
            members.put("name", Json.of(name));
          }
          case EITHER -> {
            members.put("type", Json.of("EntityOrCommon"));
            members.put("name", Json.of(name));
          }
        }
      }
      case TypeSyntax.SetOf(var element, _) -> {
        members.put("type", Json.of("Set"));
        members.put("element", Json.of(type(element)));
      }
      case TypeSyntax.Attributes(var attributes, var open, _) -> {
        members.put("type", Json.of("Record"));
        members.put("attributes", object(attributes, JsonSchemaWriter::attribute));
        if (open) members.put("additionalAttributes", Json.of(true));
      }
    }
    return members;
  }

  private static Json attribute(TypeSyntax.Attribute attribute) {
    var members = type(attribute.type());
    annotations(attribute.annotations(), members);
    if (!attribute.required()) members.put("required", Json.of(false));
    return Json.of(members);
  }
}
