package dev.ostiary.cedar.schema;

import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonObject;
import dev.ostiary.cedar.schema.SchemaFragment.Action;
import dev.ostiary.cedar.schema.SchemaFragment.ActionName;
import dev.ostiary.cedar.schema.SchemaFragment.AppliesTo;
import dev.ostiary.cedar.schema.SchemaFragment.CommonType;
import dev.ostiary.cedar.schema.SchemaFragment.EntityKind;
import dev.ostiary.cedar.schema.SchemaFragment.EntityType;
import dev.ostiary.cedar.schema.SchemaFragment.Name;
import dev.ostiary.cedar.schema.SchemaFragment.Namespace;
import dev.ostiary.cedar.syntax.Identifiers;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceErrors;
import dev.ostiary.cedar.syntax.SourceException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads one schema in the JSON form. */
final class JsonSchemaReader {
  private final SchemaFields fields;
  private final JsonTypeReader types;
  private final Source source;

  private JsonSchemaReader(Source source, SourceErrors errors) {
    this.source = source;
    fields = new SchemaFields(source, errors);
    types = new JsonTypeReader(source, fields);
  }

  static SchemaFragment read(Source source, Json json) throws SourceException {
    var errors = new SourceErrors();
    var fragment = new JsonSchemaReader(source, errors).fragment(json);
    errors.throwIfAny();
    return fragment;
  }

  private SchemaFragment fragment(Json json) {
    SortedMap<String, Namespace> namespaces = new TreeMap<>();
    members(
        json,
        "an object of namespaces",
        (name, value) -> {
          if (!name.isEmpty() && !Identifiers.isName(name))
            fields.fault(value, "`" + name + "` cannot be a namespace");
          namespaces.put(name, namespace(name, value));
        });
    return new SchemaFragment(namespaces);
  }

  private Namespace namespace(String name, Json json) {
    SortedMap<String, CommonType> commonTypes = new TreeMap<>();
    SortedMap<String, EntityType> entityTypes = new TreeMap<>();
    SortedMap<String, Action> actions = new TreeMap<>();
    SortedMap<String, Optional<String>> annotations = new TreeMap<>();
    JsonObject object = fields.object(json, "a namespace");
    if (object != null) {
      fields.known(object, "commonTypes", "entityTypes", "actions", "annotations");
      Json common = object.find("commonTypes");
      if (common != null)
        members(common, "an object of common types", (id, v) -> commonTypes.put(id, common(id, v)));
      Json entities = fields.required(object, "entityTypes");
      if (entities != null)
        members(
            entities, "an object of entity types", (id, v) -> entityTypes.put(id, entity(id, v)));
      Json declared = fields.required(object, "actions");
      if (declared != null)
        members(declared, "an object of actions", (id, v) -> actions.put(id, action(v)));
      annotations = types.annotations(object);
      if (name.isEmpty() && !annotations.isEmpty())
        fields.fault(object, "annotations need a namespace with a name");
    }
    return new Namespace(commonTypes, entityTypes, actions, annotations);
  }

  private interface Member {
    void accept(String name, Json value);
  }

  private void members(Json json, String what, Member member) {
    JsonObject object = fields.object(json, what);
    if (object == null) return;
    fields.distinct(object);
    for (int i = 0; i < object.size(); i++) member.accept(object.name(i), object.value(i));
  }

  private void declarable(String name, Json at) {
    if (!Identifiers.isIdentifier(name))
      fields.fault(at, "`" + name + "` cannot be the name of a type");
  }

  private CommonType common(String name, Json json) {
    declarable(name, json);
    if (SchemaNames.isTypeKeyword(name))
      fields.fault(json, "`" + name + "` cannot be the name of a common type");
    TypeSyntax type = types.type(json, "annotations");
    var annotations =
        json instanceof JsonObject object
            ? types.annotations(object)
            : new TreeMap<String, Optional<String>>();
    return new CommonType(type, annotations, json.span(source));
  }

  private EntityType entity(String name, Json json) {
    declarable(name, json);
    if (name.equals("Action")) fields.fault(json, SchemaNames.ACTION_DECLARED);
    EntityKind kind =
        new EntityKind.Standard(
            List.of(), TypeSyntax.Attributes.none(json.span(source)), Optional.empty());
    SortedMap<String, Optional<String>> annotations = new TreeMap<>();
    JsonObject object = fields.object(json, "an entity type");
    if (object != null) {
      fields.known(object, "memberOfTypes", "shape", "tags", "enum", "external", "annotations");
      kind = kind(object);
      annotations = types.annotations(object);
    }
    return new EntityType(kind, annotations, json.span(source));
  }

  private EntityKind kind(JsonObject object) {
    Json memberOf = object.find("memberOfTypes");
    List<Name> parents =
        memberOf == null ? List.of() : list(memberOf, "entity type names", this::name);
    if (fields.flag(object, "external", false)) {
      fields.absent(object, "an external entity type", "shape", "tags", "enum");
      return new EntityKind.External(parents);
    }
    Json ids = object.find("enum");
    if (ids != null) {
      fields.absent(object, "an enumerated entity type", "memberOfTypes", "shape", "tags");
      List<String> texts = list(ids, "ids", json -> fields.text(json, "an id"));
      if (texts.isEmpty()) fields.fault(ids, "expected at least one id");
      return new EntityKind.Enumerated(texts);
    }
    Json shape = object.find("shape");
    Json tags = object.find("tags");
    return new EntityKind.Standard(
        parents,
        shape == null ? TypeSyntax.Attributes.none(object.span(source)) : types.type(shape),
        Optional.ofNullable(tags).map(types::type));
  }

  private Action action(Json json) {
    Optional<List<ActionName>> memberOf = Optional.empty();
    Optional<AppliesTo> appliesTo = Optional.empty();
    boolean external = false;
    SortedMap<String, Optional<String>> annotations = new TreeMap<>();
    JsonObject object = fields.object(json, "an action");
    if (object != null) {
      fields.known(object, "attributes", "appliesTo", "memberOf", "external", "annotations");
      memberOf = present(object, "memberOf").map(v -> list(v, "action names", this::actionName));
      appliesTo = present(object, "appliesTo").map(this::appliesTo);
      present(object, "attributes")
          .ifPresent(v -> fields.fault(v, "actions cannot have attributes"));
      external = present(object, "external").isPresent() && fields.flag(object, "external", false);
      if (external && appliesTo.isPresent())
        fields.absent(object, "an external action", "appliesTo");
      annotations = types.annotations(object);
    }
    return new Action(memberOf, appliesTo, external, annotations, json.span(source));
  }

  /** A member that may as well be null. */
  private static Optional<Json> present(JsonObject object, String name) {
    Json value = object.find(name);
    return value == null || value instanceof Json.Null ? Optional.empty() : Optional.of(value);
  }

  private AppliesTo appliesTo(Json json) {
    JsonObject object = fields.object(json, "what the action applies to");
    TypeSyntax context = TypeSyntax.Attributes.none(json.span(source));
    if (object == null) return new AppliesTo(List.of(), List.of(), context);
    fields.known(object, "resourceTypes", "principalTypes", "context");
    Json written = object.find("context");
    return new AppliesTo(
        applicable(object, "principalTypes"),
        applicable(object, "resourceTypes"),
        written == null ? context : types.type(written));
  }

  private List<Name> applicable(JsonObject object, String field) {
    Json names = fields.required(object, field);
    return names == null ? List.of() : list(names, "entity type names", this::name);
  }

  private Name name(Json json) {
    return new Name(types.name(json, "an entity type"), json.span(source));
  }

  private ActionName actionName(Json json) {
    JsonObject object = fields.object(json, "an action name");
    if (object == null) return new ActionName(Optional.empty(), "", json.span(source));
    fields.known(object, "id", "type");
    Json id = fields.required(object, "id");
    return new ActionName(
        present(object, "type").map(type -> types.name(type, "an entity type")),
        id == null ? "" : fields.text(id, "an id"),
        json.span(source));
  }

  private <T> List<T> list(Json json, String what, Function<Json, T> element) {
    List<T> list = new ArrayList<>();
    @Nullable List<Json> elements = fields.array(json, what);
    if (elements != null) for (Json each : elements) list.add(element.apply(each));
    return list;
  }
}
