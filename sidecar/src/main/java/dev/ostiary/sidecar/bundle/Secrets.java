package dev.ostiary.sidecar.bundle;

import dev.ostiary.cedar.Entity;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.SetValue;
import dev.ostiary.cedar.Value;
import dev.ostiary.cedar.schema.ActionDeclaration;
import dev.ostiary.cedar.schema.EntityTypeDeclaration;
import dev.ostiary.cedar.schema.Schema;
import dev.ostiary.cedar.schema.Type;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeMap;

/**
 * Attributes that a schema marks {@code @secret}. What a request brings of them is taken out before
 * anything is decided or written; the schema without them is the one that all else goes by.
 */
public final class Secrets {
  private final Schema written;
  private final Schema open;
  private final Set<String> names = new HashSet<>();

  /** Those that {@code written} marks. */
  Secrets(Schema written) {
    this.written = written;
    for (EntityTypeDeclaration type : written.entityTypes().values()) {
      name(type.shape());
      type.tags().ifPresent(this::name);
    }
    for (ActionDeclaration action : written.actions().values()) name(action.context());
    this.open = names.isEmpty() ? written : written.without(Secrets::isSecret);
  }

  private static boolean isSecret(Type.Attribute attribute) {
    return attribute.annotations().containsKey("secret");
  }

  private void name(Type type) {
    switch (type) {
      case Type.RecordType record ->
          record
              .attributes()
              .forEach((name, attribute) -> {
                if (isSecret(attribute)) names.add(name);
                else name(attribute.type());
              });
      case Type.SetType(var element) -> name(element);
      case Type.BoolType _, Type.LongType _, Type.StringType _ -> {}
      case Type.EntityRef _, Type.ExtensionType _ -> {}
    }
  }

  /** Whether there are none. */
  public boolean isEmpty() {
    return names.isEmpty();
  }

  /** The names that are secret somewhere. */
  Set<String> names() {
    return names;
  }

  /** The schema without them. */
  Schema open() {
    return open;
  }

  /** A context without those of the action. */
  public RecordValue without(EntityUid action, RecordValue context) {
    return written
        .action(action)
        .map(declared -> without(context, declared.context()))
        .orElse(context);
  }

  /** An entity without those of its type. */
  public Entity without(Entity entity) {
    var type = written.entityType(entity.uid().type());
    if (type.isEmpty()) return entity;
    return new Entity(
        entity.uid(),
        without(entity.attributes(), type.get().shape()),
        type.get().tags().map(tags -> tags(entity.tags(), tags)).orElse(entity.tags()),
        entity.parents());
  }

  private static RecordValue tags(RecordValue tags, Type type) {
    var kept = new TreeMap<String, Value>();
    tags.attributes().forEach((name, value) -> kept.put(name, without(value, type)));
    return RecordValue.of(kept);
  }

  private static RecordValue without(RecordValue record, Type.RecordType type) {
    var kept = new TreeMap<String, Value>();
    record
        .attributes()
        .forEach((name, value) -> {
          Type.Attribute declared = type.attributes().get(name);
          if (declared == null) kept.put(name, value);
          else if (!isSecret(declared)) kept.put(name, without(value, declared.type()));
        });
    return RecordValue.of(kept);
  }

  private static Value without(Value value, Type type) {
    if (value instanceof RecordValue record && type instanceof Type.RecordType declared)
      return without(record, declared);
    if (value instanceof SetValue set && type instanceof Type.SetType(var element))
      return SetValue.of(set.elements().stream().map(each -> without(each, element)).toList());
    return value;
  }
}
