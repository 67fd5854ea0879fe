package dev.ostiary.cedar.schema;

import dev.ostiary.cedar.format.Quoted;
import dev.ostiary.cedar.schema.SchemaFragment.Action;
import dev.ostiary.cedar.schema.SchemaFragment.ActionName;
import dev.ostiary.cedar.schema.SchemaFragment.EntityKind;
import dev.ostiary.cedar.schema.SchemaFragment.EntityType;
import dev.ostiary.cedar.schema.SchemaFragment.Name;
import dev.ostiary.cedar.schema.SchemaFragment.Namespace;
import dev.ostiary.cedar.syntax.Identifiers;
import dev.ostiary.cedar.syntax.SourceErrors;
import dev.ostiary.cedar.syntax.SourceException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Writes a schema in the Cedar form, two spaces a level. */
final class SchemaWriter {
  private static final String STEP = "  ";

  /** Namespaces as the reference implementation orders them: by their last part first. */
  private static final Comparator<String> ORDER =
      Comparator.comparing(SchemaWriter::last).thenComparing(Comparator.naturalOrder());

  private final StringBuilder out = new StringBuilder();

  private SchemaWriter() {}

  static String write(SchemaFragment fragment) throws SourceException {
    var errors = new SourceErrors();
    fragment.namespaces().forEach((name, namespace) -> check(name, namespace, errors));
    errors.throwIfAny();
    var writer = new SchemaWriter();
    boolean first = true;
    for (String name : fragment.namespaces().keySet().stream().sorted(ORDER).toList()) {
      if (!first) writer.out.append('\n');
      first = false;
      var namespace = fragment.namespaces().get(name);
      if (namespace != null) writer.namespace(name, namespace);
    }
    return writer.out.toString();
  }

  private static String last(String name) {
    return name.substring(name.lastIndexOf(':') + 1);
  }

  private static void check(String name, Namespace namespace, SourceErrors errors) {
    namespace
        .entityTypes()
        .forEach((type, declared) -> {
          if (!name.isEmpty() && namespace.commonTypes().containsKey(type))
            errors.add(
                declared.span(),
                "`"
                    + type
                    + "` is an entity type and a common type, which the Cedar form"
                    + " cannot tell apart");
          if (declared.kind() instanceof EntityKind.Standard(_, var shape, _)
              && !(shape instanceof TypeSyntax.Attributes))
            errors.add(
                shape.span(),
                "the shape of `" + type + "` is no record, which the Cedar form cannot say");
        });
  }

  private void namespace(String name, Namespace namespace) {
    if (name.isEmpty()) {
      declarations(namespace, "");
      return;
    }
    annotations(namespace.annotations(), "");
    out.append("namespace ").append(name).append(" {\n");
    declarations(namespace, STEP);
    out.append("}\n");
  }

  private void declarations(Namespace namespace, String indent) {
    int start = out.length();
    namespace
        .commonTypes()
        .forEach((name, type) -> {
          begin(start, type.annotations(), indent);
          out.append(indent).append("type ").append(name).append(" = ");
          type(type.type(), indent);
          out.append(";\n");
        });
    namespace
        .entityTypes()
        .forEach((name, type) -> {
          begin(start, type.annotations(), indent);
          out.append(indent);
          if (type.kind() instanceof EntityKind.External) out.append("external ");
          out.append("entity ").append(name);
          entity(type, indent);
          out.append(";\n");
        });
    namespace
        .actions()
        .forEach((name, action) -> {
          begin(start, action.annotations(), indent);
          out.append(indent);
          if (action.external()) out.append("external ");
          out.append("action ").append(Quoted.text(name));
          action(action, indent);
          out.append(";\n");
        });
  }

  private void begin(int start, Map<String, Optional<String>> annotations, String indent) {
    if (out.length() > start) out.append('\n');
    annotations(annotations, indent);
  }

  private void annotations(Map<String, Optional<String>> annotations, String indent) {
    annotations.forEach((name, value) -> {
      out.append(indent).append('@').append(name);
      value.ifPresent(text -> out.append('(').append(Quoted.text(text)).append(')'));
      out.append('\n');
    });
  }

  private void entity(EntityType type, String indent) {
    switch (type.kind()) {
      case EntityKind.Standard(var parents, var shape, var tags) -> {
        members(parents, Name::text);
        if (!isDefault(shape)) {
          out.append(" = ");
          type(shape, indent);
        }
        tags.ifPresent(tag -> {
          out.append(" tags ");
          type(tag, "");
        });
      }
      case EntityKind.Enumerated(var ids) -> out.append(" enum ").append(list(ids, Quoted::text));
      case EntityKind.External(var parents) -> members(parents, Name::text);
    }
  }

  private void action(Action action, String indent) {
    members(action.memberOf().orElse(List.of()), SchemaWriter::actionName);
    if (action.appliesTo().isEmpty()) return;
    var appliesTo = action.appliesTo().get();
    if (appliesTo.principalTypes().isEmpty() || appliesTo.resourceTypes().isEmpty()) return;
    String inner = indent + STEP;
    out.append(" appliesTo {\n").append(inner).append("principal: ");
    out.append(list(appliesTo.principalTypes(), Name::text)).append(",\n");
    out.append(inner).append("resource: ");
    out.append(list(appliesTo.resourceTypes(), Name::text)).append(",\n");
    out.append(inner).append("context: ");
    if (isDefault(appliesTo.context())) out.append("{}");
    else type(appliesTo.context(), inner);
    out.append('\n').append(indent).append('}');
  }

  private static String actionName(ActionName name) {
    return name.type().orElse("Action") + "::" + Quoted.text(name.id());
  }

  private static boolean isDefault(TypeSyntax type) {
    return type instanceof TypeSyntax.Attributes record && record.isDefault();
  }

  private <T> void members(List<T> parents, Function<T, String> text) {
    if (!parents.isEmpty()) out.append(" in ").append(list(parents, text));
  }

  private static <T> String list(List<T> elements, Function<T, String> text) {
    return elements.stream().map(text).collect(Collectors.joining(", ", "[", "]"));
  }

  private void type(TypeSyntax type, String indent) {
    switch (type) {
      case TypeSyntax.Primitive(var name, _) -> out.append("__cedar::").append(name.cedar());
      case TypeSyntax.Extension(var name, _) -> out.append("__cedar::").append(name);
      case TypeSyntax.Reference(_, var name, _) -> out.append(name);
      case TypeSyntax.SetOf(var element, _) -> {
        out.append("Set<");
        type(element, indent);
        out.append('>');
      }
      case TypeSyntax.Attributes(var attributes, _, _) -> record(attributes, indent);
    }
  }

  private void record(Map<String, TypeSyntax.Attribute> attributes, String indent) {
    out.append('{');
    String inner = indent + STEP;
    boolean first = true;
    for (var entry : attributes.entrySet()) {
      out.append(first ? "\n" : ",\n");
      first = false;
      String name = entry.getKey();
      annotations(entry.getValue().annotations(), inner);
      out.append(inner).append(Identifiers.isIdentifier(name) ? name : Quoted.text(name));
      out.append(entry.getValue().required() ? ": " : "?: ");
      type(entry.getValue().type(), inner);
    }
    if (!first) out.append('\n');
    out.append(indent).append('}');
  }
}
