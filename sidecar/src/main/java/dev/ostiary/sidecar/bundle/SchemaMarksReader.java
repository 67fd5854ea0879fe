package dev.ostiary.sidecar.bundle;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.schema.EntityTypeDeclaration;
import dev.ostiary.cedar.schema.Schema;
import dev.ostiary.cedar.schema.Type;
import dev.ostiary.cedar.syntax.SourceError;
import dev.ostiary.cedar.syntax.Span;
import dev.ostiary.sidecar.yaml.Suggestion;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads the annotations of a schema, and refuses those that would have no effect where they are.
 */
final class SchemaMarksReader {
  private static final Set<String> ON_TYPES = Set.of("virtual", "inline", "personal", "sensitive");
  private static final Set<String> ON_ATTRIBUTES = Set.of("sensitive", "secret");
  private static final List<String> KNOWN =
      List.of("virtual", "inline", "personal", "sensitive", "secret");

  private final Schema schema;
  private final List<SourceError> errors;

  private SchemaMarksReader(Schema schema, List<SourceError> errors) {
    this.schema = schema;
    this.errors = errors;
  }

  static SchemaMarks read(Schema schema, List<SourceError> errors) {
    var reader = new SchemaMarksReader(schema, errors);
    var virtual = new HashSet<String>();
    var inline = new HashMap<String, Set<String>>();
    var personal = new HashSet<String>();
    var sensitive = new HashSet<String>();
    var sealed = new HashSet<String>();
    var sealedContexts = new HashSet<EntityUid>();
    for (EntityTypeDeclaration type : schema.entityTypes().values()) {
      reader.check(
          type.annotations(), ON_TYPES, "the entity type `" + type.name() + "`", type.span());
      reader.checkAttributes(type.shape(), type.name(), type.span());
      type.tags().ifPresent(tags -> reader.checkAttributes(tags, type.name(), type.span()));
      if (type.annotations().containsKey("virtual")) virtual.add(type.name());
      if (type.annotations().containsKey("personal")) personal.add(type.name());
      if (type.annotations().containsKey("sensitive")) sensitive.add(type.name());
      if (hides(type.shape()) || type.tags().filter(SchemaMarksReader::hides).isPresent())
        sealed.add(type.name());
      String parents = type.annotations().get("inline");
      if (parents != null) inline.put(type.name(), reader.inlineParents(type, parents));
    }
    for (var action : schema.actions().values()) {
      String name = "the action `" + action.uid() + "`";
      reader.check(action.annotations(), Set.of(), name, action.span());
      reader.checkAttributes(action.context(), "context", action.span());
      if (hides(action.context())) sealedContexts.add(action.uid());
    }
    return new SchemaMarks(virtual, inline, personal, sensitive, sealed, sealedContexts);
  }

  /** Whether some attribute of it is marked as one to hide. */
  private static boolean hides(Type type) {
    return switch (type) {
      case Type.RecordType record ->
          record.attributes().values().stream()
              .anyMatch(each -> each.annotations().containsKey("sensitive") || hides(each.type()));
      case Type.SetType(var element) -> hides(element);
      case Type.BoolType _, Type.LongType _, Type.StringType _ -> false;
      case Type.EntityRef _, Type.ExtensionType _ -> false;
    };
  }

  private void check(Map<String, String> annotations, Set<String> allowed, String what, Span span) {
    annotations.forEach((name, value) -> {
      if (!KNOWN.contains(name)) {
        Optional<String> meant = Suggestion.nearest(name, KNOWN);
        if (meant.isPresent())
          fault(
              span,
              "unknown annotation `@"
                  + name
                  + "` on "
                  + what
                  + "; did you mean `@"
                  + meant.get()
                  + "`?");
      } else if (!allowed.contains(name)) {
        fault(span, "`@" + name + "` has no meaning on " + what);
      } else if (!name.equals("inline") && !value.isEmpty()) {
        fault(span, "`@" + name + "` on " + what + " takes no value, got `" + value + "`");
      }
    });
  }

  private void checkAttributes(Type type, String path, Span span) {
    switch (type) {
      case Type.RecordType record ->
          record
              .attributes()
              .forEach((name, attribute) -> {
                String below = path + "." + name;
                check(
                    attribute.annotations(), ON_ATTRIBUTES, "the attribute `" + below + "`", span);
                checkAttributes(attribute.type(), below, span);
              });
      case Type.SetType(var element) -> checkAttributes(element, path, span);
      case Type.BoolType _, Type.LongType _, Type.StringType _ -> {}
      case Type.EntityRef _, Type.ExtensionType _ -> {}
    }
  }

  private Set<String> inlineParents(EntityTypeDeclaration type, String value) {
    var parents = new HashSet<String>();
    if (value.isBlank()) return parents;
    for (String name : Annotation.list(value)) {
      String qualified = qualified(name, type.name());
      if (type.parents().contains(qualified)) {
        parents.add(qualified);
      } else {
        fault(
            type.span(),
            "`@inline` on the entity type `"
                + type.name()
                + "` names `"
                + name
                + "`, which is not a type that it may be a member of");
      }
    }
    return parents;
  }

  /** A name without namespace is looked up in the namespace of the type first, as Cedar does. */
  private String qualified(String name, String type) {
    int end = type.lastIndexOf("::");
    String near = end < 0 ? name : type.substring(0, end + 2) + name;
    return schema.entityTypes().containsKey(near) ? near : name;
  }

  private void fault(Span span, String message) {
    errors.add(new SourceError(span, message));
  }
}
