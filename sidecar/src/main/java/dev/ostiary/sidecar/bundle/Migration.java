package dev.ostiary.sidecar.bundle;

import dev.ostiary.cedar.Entity;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.Value;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What becomes of the entities of one type that facts put, once a bundle of {@code version} or
 * above follows one below it.
 *
 * @param version of the first bundle that needs it
 * @param type of the entities
 * @param deletes whether they all end
 * @param renamed attributes' new names by their old ones
 * @param removed attributes that go
 * @param added attributes of entities that have none of the name by then
 */
public record Migration(
    long version,
    String type,
    boolean deletes,
    Map<String, String> renamed,
    Set<String> removed,
    Map<String, Value> added) {
  public Migration {
    renamed = Map.copyOf(renamed);
    removed = Set.copyOf(removed);
    added = Map.copyOf(added);
  }

  /** Those of {@code all} that are due where a bundle of that version was in force. */
  public static List<Migration> due(List<Migration> all, long inForce) {
    return all.stream().filter(migration -> migration.version > inForce).toList();
  }

  /** The entity, which is of the type, afterwards; empty where it ends. */
  public Optional<Entity> apply(Entity entity) {
    if (deletes) return Optional.empty();
    var attributes = new HashMap<String, Value>();
    entity
        .attributes()
        .attributes()
        .forEach((name, value) -> {
          if (!removed.contains(name) && !renamed.containsKey(name)) attributes.put(name, value);
        });
    renamed.forEach((from, to) -> {
      Value value = entity.attributes().find(from);
      if (value != null) attributes.put(to, value);
    });
    added.forEach(attributes::putIfAbsent);
    return Optional.of(
        new Entity(entity.uid(), RecordValue.of(attributes), entity.tags(), entity.parents()));
  }
}
