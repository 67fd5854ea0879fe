package dev.ostiary.cedar.schema;

import dev.ostiary.cedar.Entity;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.Request;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceError;
import dev.ostiary.cedar.syntax.SourceException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A schema whose names are all resolved. Immutable.
 *
 * @see <a href="https://docs.cedarpolicy.com/schema/schema.html">Cedar schemas</a>
 */
public final class Schema {
  private final SortedMap<String, EntityTypeDeclaration> entityTypes;
  private final SortedMap<EntityUid, ActionDeclaration> actions;
  private final Map<String, Set<String>> typeAncestors;
  private final Map<EntityUid, Set<EntityUid>> actionAncestors;
  private final List<Entity> actionEntities;
  private final Conformance conformance;

  Schema(
      Map<String, EntityTypeDeclaration> entityTypes,
      Map<EntityUid, ActionDeclaration> actions,
      Map<String, Set<String>> typeAncestors,
      Map<EntityUid, Set<EntityUid>> actionAncestors) {
    this.entityTypes = Collections.unmodifiableSortedMap(new TreeMap<>(entityTypes));
    this.actions = Collections.unmodifiableSortedMap(new TreeMap<>(actions));
    this.typeAncestors = Map.copyOf(typeAncestors);
    this.actionAncestors = Map.copyOf(actionAncestors);
    List<Entity> entities = new ArrayList<>();
    for (var action : this.actions.values())
      entities.add(
          new Entity(action.uid(), RecordValue.EMPTY, RecordValue.EMPTY, action.parents()));
    this.actionEntities = List.copyOf(entities);
    this.conformance = new Conformance(this);
  }

  /**
   * The schema that texts in the Cedar form make together.
   *
   * @throws SourceException with every fault found; faults of syntax come alone
   */
  public static Schema parse(Source... sources) throws SourceException {
    return of(read(sources, SchemaFragment::parse));
  }

  /**
   * The schema that texts in the JSON form make together.
   *
   * @throws SourceException with every fault found; faults of syntax come alone
   */
  public static Schema parseJson(Source... sources) throws SourceException {
    return of(read(sources, SchemaFragment::parseJson));
  }

  private interface FragmentReader {
    SchemaFragment read(Source source) throws SourceException;
  }

  private static List<SchemaFragment> read(Source[] sources, FragmentReader reader)
      throws SourceException {
    List<SchemaFragment> fragments = new ArrayList<>();
    List<SourceError> errors = new ArrayList<>();
    for (Source source : sources)
      try {
        fragments.add(reader.read(source));
      } catch (SourceException refused) {
        errors.addAll(refused.errors());
      }
    if (!errors.isEmpty()) throw new SourceException(errors);
    return fragments;
  }

  /**
   * The schema that fragments make together.
   *
   * @throws SourceException with every fault found: what is declared twice, not at all, in a circle
   */
  public static Schema of(List<SchemaFragment> fragments) throws SourceException {
    return SchemaResolver.resolve(fragments);
  }

  /** Entity types by name. */
  public SortedMap<String, EntityTypeDeclaration> entityTypes() {
    return entityTypes;
  }

  /** Actions by uid. */
  public SortedMap<EntityUid, ActionDeclaration> actions() {
    return actions;
  }

  /** The entity type of that name. */
  public Optional<EntityTypeDeclaration> entityType(String name) {
    return Optional.ofNullable(entityTypes.get(name));
  }

  /** The action of that uid. */
  public Optional<ActionDeclaration> action(EntityUid uid) {
    return Optional.ofNullable(actions.get(uid));
  }

  /** Entity types of which one of that type may be a member, directly or not. */
  public Set<String> ancestors(String entityType) {
    return typeAncestors.getOrDefault(entityType, Set.of());
  }

  /** Action groups that the action is in, directly or not. */
  public Set<EntityUid> ancestors(EntityUid action) {
    return actionAncestors.getOrDefault(action, Set.of());
  }

  /** The actions as entities, each with its direct parents. */
  public List<Entity> actionEntities() {
    return actionEntities;
  }

  /**
   * This schema as if the attributes of entity types, tags and contexts that are so were not there.
   */
  public Schema without(Predicate<Type.Attribute> left) {
    var types = new TreeMap<>(entityTypes);
    types.replaceAll((_, type) ->
        new EntityTypeDeclaration(
            type.name(),
            type.parents(),
            type.shape().without(left),
            type.tags().map(tags -> tags.without(left)),
            type.enumeration(),
            type.external(),
            type.annotations(),
            type.span()));
    var declared = new TreeMap<>(actions);
    declared.replaceAll((_, action) ->
        new ActionDeclaration(
            action.uid(),
            action.parents(),
            action.principals(),
            action.resources(),
            action.context().without(left),
            action.external(),
            action.annotations(),
            action.span()));
    return new Schema(types, declared, typeAncestors, actionAncestors);
  }

  /** Whether nothing is declared external. */
  public boolean isComplete() {
    return entityTypes.values().stream().noneMatch(EntityTypeDeclaration::external)
        && actions.values().stream().noneMatch(ActionDeclaration::external);
  }

  /**
   * Checks that an entity has a declared type, an id of its enumeration, the attributes and tags of
   * its type, and parents that its type may have. An action has to be as declared.
   *
   * @throws ConformanceException where it does not, naming the part at fault
   */
  public void check(Entity entity) throws ConformanceException {
    conformance.entity(entity);
  }

  /**
   * Checks that the action applies to the principal and the resource and that the context is of its
   * type.
   *
   * @throws ConformanceException where it does not, naming the part at fault
   */
  public void check(Request request) throws ConformanceException {
    conformance.request(request);
  }

  /**
   * Checks that a context is of the type that the action asks for.
   *
   * @throws ConformanceException where it is not, naming the part at fault
   */
  public void checkContext(EntityUid action, RecordValue context) throws ConformanceException {
    conformance.context(action, context);
  }

  /**
   * Checks what is known of an entity as {@link #check(Entity)} does; what is empty is not known.
   *
   * @throws ConformanceException where it does not conform, naming the part at fault
   */
  public void check(
      EntityUid uid,
      Optional<RecordValue> attributes,
      Optional<RecordValue> tags,
      Optional<Set<EntityUid>> parents)
      throws ConformanceException {
    conformance.partialEntity(uid, attributes, tags, parents);
  }

  /**
   * Checks what is known of a request as {@link #check(Request)} does; what is empty is not known.
   *
   * @throws ConformanceException where it does not conform, naming the part at fault
   */
  public void check(
      String principalType,
      Optional<EntityUid> principal,
      EntityUid action,
      String resourceType,
      Optional<EntityUid> resource,
      Optional<RecordValue> context)
      throws ConformanceException {
    conformance.partialRequest(principalType, principal, action, resourceType, resource, context);
  }

  /** Whether the two declare the same, wherever it is written. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Schema that
        && entityTypes.equals(that.entityTypes)
        && actions.equals(that.actions);
  }

  @Override
  public int hashCode() {
    return 31 * entityTypes.keySet().hashCode() + actions.keySet().hashCode();
  }
}
