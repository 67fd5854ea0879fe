package dev.ostiary.cedar.validate;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.schema.ActionDeclaration;
import dev.ostiary.cedar.schema.EntityTypeDeclaration;
import dev.ostiary.cedar.schema.Schema;
import dev.ostiary.cedar.validate.StaticType.Entities;
import dev.ostiary.cedar.validate.StaticType.Extension;
import dev.ostiary.cedar.validate.StaticType.Field;
import dev.ostiary.cedar.validate.StaticType.Fields;
import dev.ostiary.cedar.validate.StaticType.SetOf;
import dev.ostiary.cedar.validate.StaticType.Simple;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A schema as the validator asks it: attributes by type, hierarchies closed downwards. */
final class TypedSchema {
  private static final Fields NO_ATTRIBUTES = new Fields(new TreeMap<>(), false);

  private final Schema schema;
  private final Map<String, Fields> shapes = new HashMap<>();
  private final Map<String, Entities> entities = new HashMap<>();
  private final Map<String, StaticType> tags = new HashMap<>();
  private final Map<String, Set<String>> typesBelow = new HashMap<>();
  private final Map<EntityUid, Set<EntityUid>> actionsBelow = new HashMap<>();
  private final Map<String, Set<String>> actionTypesBelow = new HashMap<>();
  private final List<RequestEnvironment> environments = new ArrayList<>();

  TypedSchema(Schema schema) {
    this.schema = schema;
    for (EntityTypeDeclaration type : schema.entityTypes().values()) {
      shapes.put(type.name(), StaticType.fields(type.shape()));
      entities.put(type.name(), Entities.of(type.name()));
      type.tags().ifPresent(tag -> tags.put(type.name(), StaticType.of(tag)));
      for (String ancestor : schema.ancestors(type.name()))
        typesBelow.computeIfAbsent(ancestor, _ -> new HashSet<>()).add(type.name());
    }
    for (ActionDeclaration action : schema.actions().values()) {
      entities.computeIfAbsent(action.uid().type(), Entities::of);
      for (EntityUid ancestor : schema.ancestors(action.uid()))
        actionsBelow.computeIfAbsent(ancestor, _ -> new HashSet<>()).add(action.uid());
      addEnvironments(action);
    }
    actionsBelow.forEach((action, descendants) ->
        descendants.forEach(d ->
            actionTypesBelow.computeIfAbsent(action.type(), _ -> new HashSet<>()).add(d.type())));
  }

  private void addEnvironments(ActionDeclaration action) {
    Fields context = StaticType.fields(action.context());
    for (String principal : new TreeSet<>(action.principals()))
      for (String resource : new TreeSet<>(action.resources()))
        environments.add(
            new RequestEnvironment(principal, action.uid(), resource, context, null, null));
  }

  /** Whether {@code entityType} is a type of actions, whatever its namespace. */
  static boolean isActionType(String entityType) {
    return entityType.equals("Action") || entityType.endsWith("::Action");
  }

  Schema schema() {
    return schema;
  }

  /** Every kind of request without slots. */
  List<RequestEnvironment> environments() {
    return environments;
  }

  /** Whether a policy may name {@code entityType}; any type of actions may be named. */
  boolean isKnownType(String entityType) {
    return isActionType(entityType) || shapes.containsKey(entityType);
  }

  Collection<String> entityTypes() {
    return schema.entityTypes().keySet();
  }

  /** Declared types whose entities may be in one of {@code entityType}, not itself. */
  Set<String> typesBelow(String entityType) {
    return typesBelow.getOrDefault(entityType, Set.of());
  }

  /** Actions that are in {@code action}, not itself. */
  Set<EntityUid> actionsBelow(EntityUid action) {
    return actionsBelow.getOrDefault(action, Set.of());
  }

  /** Whether an entity of one of {@code lower} may be in, or be, one of {@code upper}. */
  boolean mayBeIn(Entities lower, Entities upper) {
    for (String low : lower.types())
      for (String up : upper.types())
        if (low.equals(up)
            || typesBelow(up).contains(low)
            || actionTypesBelow.getOrDefault(up, Set.of()).contains(low)) return true;
    return false;
  }

  /** The type of the literal {@code uid}, or null where the schema does not know it. */
  @Nullable StaticType typeOf(EntityUid uid) {
    boolean known =
        isActionType(uid.type())
            ? schema.actions().containsKey(uid)
            : shapes.containsKey(uid.type());
    return known ? entity(uid.type()) : null;
  }

  /** The type of entities of that type; one object for those that the schema declares. */
  Entities entity(String type) {
    Entities known = entities.get(type);
    return known == null ? Entities.of(type) : known;
  }

  /** The attribute of a value of {@code type}; null where it has none, or not for certain. */
  @Nullable Field attribute(StaticType type, String name) {
    return switch (type) {
      case Fields(var fields, _) -> fields.get(name);
      case Entities(var types) -> attribute(types, name);
      case Simple _, SetOf _, Extension _ -> null;
    };
  }

  private @Nullable Field attribute(Set<String> types, String name) {
    Field all = null;
    for (String type : types) {
      Field one = shapes.getOrDefault(type, NO_ATTRIBUTES).fields().get(name);
      if (one == null) return null;
      if (all == null) all = one;
      else if (Lattice.PERMISSIVE.join(all.type(), one.type()) instanceof Lattice.Join.Of(var join))
        all = new Field(join, all.required() && one.required());
      else return null;
    }
    return all;
  }

  /** Whether some value of {@code type} may have the attribute. */
  boolean mayHave(StaticType type, String name) {
    return switch (type) {
      case Fields(var fields, var open) -> open || fields.containsKey(name);
      case Entities(var types) -> {
        for (String each : types) {
          Fields shape = shapes.get(each);
          if (shape == null ? !isActionType(each) : mayHave(shape, name)) yield true;
        }
        yield false;
      }
      case Simple _, SetOf _, Extension _ -> type == Simple.NEVER;
    };
  }

  /** Names of the attributes that values of {@code type} are known to have. */
  Collection<String> attributeNames(StaticType type) {
    return switch (type) {
      case Fields(var fields, _) -> fields.keySet();
      case Entities(var types) -> {
        var names = new TreeSet<String>();
        for (String each : types)
          names.addAll(shapes.getOrDefault(each, NO_ATTRIBUTES).fields().keySet());
        names.removeIf(name -> attribute(type, name) == null);
        yield names;
      }
      case Simple _, SetOf _, Extension _ -> Set.of();
    };
  }

  /** The types of the tags of those of {@code types} that have tags. */
  Set<StaticType> tagTypes(Entities types) {
    var found = new LinkedHashSet<StaticType>();
    for (String type : types.types()) {
      StaticType tag = tags.get(type);
      if (tag != null) found.add(tag);
    }
    return found;
  }
}
