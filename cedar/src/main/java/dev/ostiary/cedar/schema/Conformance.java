package dev.ostiary.cedar.schema;

import dev.ostiary.cedar.Entity;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.Request;
import dev.ostiary.cedar.Value;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Checks entities and requests against a schema. What conforms costs no allocation; what does not
 * is looked at again to say why.
 */
final class Conformance {
  private final Schema schema;
  private final Map<String, TypeRules> types = new HashMap<>();
  private final Map<EntityUid, ActionRules> actions = new HashMap<>();

  private record TypeRules(
      EntityTypeDeclaration declaration, ValueCheck attributes, @Nullable ValueCheck tags) {}

  private record ActionRules(ActionDeclaration declaration, ValueCheck context) {}

  Conformance(Schema schema) {
    this.schema = schema;
    var compiler = new ValueCheck.Compiler(schema);
    for (var type : schema.entityTypes().values())
      types.put(
          type.name(),
          new TypeRules(
              type, compiler.check(type.shape()), type.tags().map(compiler::check).orElse(null)));
    for (var action : schema.actions().values())
      actions.put(action.uid(), new ActionRules(action, compiler.check(action.context())));
  }

  static boolean isActionType(String type) {
    return type.endsWith("Action")
        && (type.length() == 6 || type.startsWith("::", type.length() - 8));
  }

  void entity(Entity entity) throws ConformanceException {
    EntityUid uid = entity.uid();
    if (isActionType(uid.type())) {
      action(entity);
      return;
    }
    TypeRules rules = rules(uid);
    attributes(entity.attributes(), rules);
    tags(entity.tags(), rules);
    parents(uid, entity.parents());
  }

  /** Checks what is known of an entity. */
  void partialEntity(
      EntityUid uid,
      Optional<RecordValue> attributes,
      Optional<RecordValue> tags,
      Optional<Set<EntityUid>> parents)
      throws ConformanceException {
    if (isActionType(uid.type())) {
      var declared = rules(uid, "uid").declaration().parents();
      action(
          new Entity(
              uid,
              attributes.orElse(RecordValue.EMPTY),
              tags.orElse(RecordValue.EMPTY),
              parents.orElse(declared)));
      return;
    }
    TypeRules rules = rules(uid);
    if (attributes.isPresent()) attributes(attributes.get(), rules);
    if (tags.isPresent()) tags(tags.get(), rules);
    if (parents.isPresent()) parents(uid, parents.get());
  }

  private TypeRules rules(EntityUid uid) throws ConformanceException {
    TypeRules rules = types.get(uid.type());
    if (rules == null) throw undeclaredType("uid", uid.type());
    if (rules.declaration().external())
      throw new ConformanceException(
          List.of("uid"),
          "the entity type `" + uid.type() + "` is external, so its entities are unknown");
    if (!isPossible(uid)) throw impossible("uid", uid);
    return rules;
  }

  private void attributes(RecordValue attributes, TypeRules rules) throws ConformanceException {
    if (!rules.attributes().accepts(attributes))
      throw Mismatch.of(schema, rules.declaration().shape(), attributes, List.of("attributes"));
  }

  private void parents(EntityUid uid, Set<EntityUid> parents) throws ConformanceException {
    Set<String> allowed = schema.ancestors(uid.type());
    for (EntityUid parent : parents) {
      if (!isPossible(parent)) throw impossible("parents", parent);
      if (!allowed.contains(parent.type()))
        throw new ConformanceException(
            List.of("parents"),
            "expected " + oneOf(allowed) + " as parent of `" + uid + "`, got `" + parent + "`");
    }
  }

  private void tags(RecordValue tags, TypeRules rules) throws ConformanceException {
    for (int i = 0; i < tags.size(); i++) {
      Value tag = tags.valueAt(i);
      if (rules.tags() != null && rules.tags().accepts(tag)) continue;
      List<String> path = List.of("tags", tags.nameAt(i));
      if (rules.tags() == null)
        throw new ConformanceException(
            path, "entities of type `" + rules.declaration().name() + "` have no tags");
      throw Mismatch.of(schema, rules.declaration().tags().orElseThrow(), tag, path);
    }
  }

  private void action(Entity entity) throws ConformanceException {
    EntityUid uid = entity.uid();
    if (!actions.containsKey(uid)) throw undeclaredAction("uid", uid);
    if (entity.attributes().size() > 0)
      throw new ConformanceException(List.of("attributes"), "actions have no attributes");
    if (entity.tags().size() > 0)
      throw new ConformanceException(List.of("tags"), "actions have no tags");
    Set<EntityUid> ancestors = new HashSet<>(entity.parents());
    for (EntityUid parent : entity.parents()) ancestors.addAll(schema.ancestors(parent));
    if (!ancestors.equals(schema.ancestors(uid)))
      throw new ConformanceException(
          List.of("parents"), "the action `" + uid + "` has other parents in the schema");
  }

  void request(Request request) throws ConformanceException {
    participant("principal", request.principal());
    participant("resource", request.resource());
    ActionRules rules = defined(request.action());
    ActionDeclaration action = rules.declaration();
    applies("principal", request.principal().type(), action, action.principals());
    applies("resource", request.resource().type(), action, action.resources());
    context(rules, request.context());
  }

  /** Checks what is known of a request: at least the types and the action. */
  void partialRequest(
      String principalType,
      Optional<EntityUid> principal,
      EntityUid action,
      String resourceType,
      Optional<EntityUid> resource,
      Optional<RecordValue> context)
      throws ConformanceException {
    if (!types.containsKey(principalType)) throw undeclaredType("principal", principalType);
    if (!types.containsKey(resourceType)) throw undeclaredType("resource", resourceType);
    if (principal.isPresent()) participant("principal", principal.get());
    if (resource.isPresent()) participant("resource", resource.get());
    ActionRules rules = defined(action);
    applies("principal", principalType, rules.declaration(), rules.declaration().principals());
    applies("resource", resourceType, rules.declaration(), rules.declaration().resources());
    if (context.isPresent()) context(rules, context.get());
  }

  private void participant(String field, EntityUid uid) throws ConformanceException {
    if (!types.containsKey(uid.type())) throw undeclaredType(field, uid.type());
    if (!isPossible(uid)) throw impossible(field, uid);
  }

  private ActionRules rules(EntityUid action, String field) throws ConformanceException {
    ActionRules rules = actions.get(action);
    if (rules == null) throw undeclaredAction(field, action);
    return rules;
  }

  private ActionRules defined(EntityUid action) throws ConformanceException {
    ActionRules rules = rules(action, "action");
    if (rules.declaration().external())
      throw new ConformanceException(
          List.of("action"),
          "the action `" + action + "` is external, so it applies to nothing yet");
    return rules;
  }

  private static void applies(
      String field, String type, ActionDeclaration action, Set<String> allowed)
      throws ConformanceException {
    if (!allowed.contains(type))
      throw new ConformanceException(
          List.of(field),
          "expected "
              + oneOf(allowed)
              + " as "
              + field
              + " of `"
              + action.uid()
              + "`, got `"
              + type
              + "`");
  }

  void context(EntityUid action, RecordValue context) throws ConformanceException {
    context(defined(action), context);
  }

  private void context(ActionRules rules, RecordValue context) throws ConformanceException {
    if (!rules.context().accepts(context))
      throw Mismatch.of(schema, rules.declaration().context(), context, List.of("context"));
  }

  private boolean isPossible(EntityUid uid) {
    return ValueCheck.isPossible(schema, uid);
  }

  private ConformanceException impossible(String field, EntityUid uid) {
    return new ConformanceException(List.of(field), Mismatch.impossible(schema, uid));
  }

  private static ConformanceException undeclaredType(String field, String type) {
    return new ConformanceException(
        List.of(field), "the entity type `" + type + "` is not in the schema");
  }

  private static ConformanceException undeclaredAction(String field, EntityUid action) {
    return new ConformanceException(
        List.of(field), "the action `" + action + "` is not in the schema");
  }

  private static String oneOf(Collection<String> types) {
    if (types.isEmpty()) return "nothing";
    StringBuilder out = new StringBuilder();
    int left = types.size();
    for (String type : new TreeSet<>(types)) {
      out.append('`').append(type).append('`');
      left--;
      if (left > 1) out.append(", ");
      else if (left == 1) out.append(" or ");
    }
    return out.toString();
  }
}
