package dev.ostiary.cedar.validate;

import dev.ostiary.cedar.syntax.Expr;
import dev.ostiary.cedar.validate.StaticType.Entities;
import dev.ostiary.cedar.validate.StaticType.Field;
import dev.ostiary.cedar.validate.StaticType.Fields;
import dev.ostiary.cedar.validate.StaticType.Simple;
import dev.ostiary.cedar.validate.ValidationError.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Types attributes and tags: where their presence is tested and where they are read. */
final class AccessTyping {
  private final TypeChecker checker;
  private final Shapes shapes;

  AccessTyping(TypeChecker checker, Shapes shapes) {
    this.checker = checker;
    this.shapes = shapes;
  }

  /** {@code argument.attribute}. */
  Answer get(Capabilities prior, Expr.GetAttribute e) {
    Answer argument = checker.expectReceiver(prior, e.argument(), Expected.ENTITY_OR_RECORD);
    StaticType type = argument.type();
    if (type == null) return Answer.failed(null);
    Field field = checker.schema().attribute(type, e.attribute());
    if (field == null) {
      checker.error(Kind.UNSAFE_ATTRIBUTE_ACCESS, e, missing(e, type));
      return Answer.failed(null);
    }
    if (!field.required() && !prior.contains(shapes.attribute(e.argument(), e.attribute()))) {
      checker.error(
          Kind.UNSAFE_OPTIONAL_ATTRIBUTE_ACCESS,
          e,
          "attribute " + path(e) + " is optional; test for it with `has` first");
      return Answer.failed(field.type());
    }
    return Answer.of(field.type()).after(argument);
  }

  private String missing(Expr.GetAttribute e, StaticType type) {
    String certainty =
        checker.schema().mayHave(type, e.attribute()) ? " may be missing" : " does not exist";
    return "attribute "
        + path(e)
        + certainty
        + Suggestion.of(e.attribute(), checker.schema().attributeNames(type));
  }

  /** {@code `a.b` of entity type `User`}: from where the path leaves an entity or the context. */
  private String path(Expr.GetAttribute e) {
    var names = new ArrayDeque<String>();
    Expr node = e;
    while (node instanceof Expr.GetAttribute(var argument, var name, _)) {
      names.push(name);
      node = argument;
      if (checker.typeOf(node) instanceof Entities entities)
        return "`" + String.join(".", names) + "` of entity type `" + entities + "`";
    }
    String path = "`" + String.join(".", names) + "`";
    return node instanceof Expr.Variable(var name, _) && name == Expr.Variable.Name.CONTEXT
        ? path + " of the context of `" + checker.environment().action() + "`"
        : path;
  }

  /** {@code argument has attribute}. */
  Answer has(Capabilities prior, Expr.HasAttribute e) {
    Answer argument = checker.expect(prior, e.argument(), Expected.ENTITY_OR_RECORD);
    StaticType type = argument.type();
    if (type == null) return Answer.failed(Simple.BOOL);
    Field field = checker.schema().attribute(type, e.attribute());
    if (field == null) {
      boolean may = checker.schema().mayHave(type, e.attribute());
      return Answer.of(may ? Simple.BOOL : Simple.FALSE).after(argument);
    }
    int capability = shapes.attribute(e.argument(), e.attribute());
    // An entity may be missing, and then has no attributes, required or not.
    boolean certain = prior.contains(capability) || (field.required() && type instanceof Fields);
    return Answer.of(certain ? Simple.TRUE : Simple.BOOL, Capabilities.of(capability))
        .after(argument);
  }

  /** {@code entity.hasTag(key)}. */
  Answer hasTag(Capabilities prior, Expr.Binary e) {
    Answer entity = checker.expectReceiver(prior, e.left(), Expected.ENTITY);
    Answer key = checker.expect(prior, e.right(), Expected.STRING);
    if (!(entity.type() instanceof Entities entities)) return Answer.failed(null);
    int capability = shapes.tag(e.left(), e.right());
    StaticType type =
        checker.schema().tagTypes(entities).isEmpty()
            ? Simple.FALSE
            : prior.contains(capability) ? Simple.TRUE : Simple.BOOL;
    return Answer.of(type, Capabilities.of(capability)).after(entity).after(key);
  }

  /** {@code entity.getTag(key)}. */
  Answer getTag(Capabilities prior, Expr.Binary e) {
    Answer entity = checker.expectReceiver(prior, e.left(), Expected.ENTITY);
    Answer key = checker.expect(prior, e.right(), Expected.STRING);
    if (!(entity.type() instanceof Entities entities)) return Answer.failed(null);
    if (!prior.contains(shapes.tag(e.left(), e.right()))) {
      checker.error(
          Kind.UNSAFE_TAG_ACCESS,
          e,
          "the tag may be missing of entity type `"
              + entities
              + "`; test for it with `hasTag` first",
          typesIn(e.right()));
      return Answer.failed(null);
    }
    Set<StaticType> tags = checker.schema().tagTypes(entities);
    if (tags.isEmpty()) {
      checker.error(Kind.NO_TAGS_ALLOWED, e, "entity type `" + entities + "` has no tags");
      return Answer.failed(null);
    }
    StaticType all = Simple.NEVER;
    for (StaticType tag : tags)
      switch (checker.lattice().join(all, tag)) {
        case Lattice.Join.Of(var type) -> all = type;
        case Lattice.Join.None(var reason) -> {
          checker.incompatible(e, tags, "the tags of `getTag`", reason);
          return Answer.failed(null);
        }
      }
    return Answer.of(all).after(entity).after(key);
  }

  private List<Object> typesIn(Expr expr) {
    var types = new ArrayList<Object>();
    SubExpressions.visit(expr, part -> types.add(String.valueOf(checker.typeOf(part))));
    return types;
  }
}
