package dev.ostiary.cedar.validate;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.syntax.Expr;
import dev.ostiary.cedar.syntax.Span;
import dev.ostiary.cedar.validate.ValidationError.Kind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Finds entity types, actions and ids of enumerated types that the schema does not declare. */
final class NameChecker {
  private final TypedSchema schema;

  NameChecker(TypedSchema schema) {
    this.schema = schema;
  }

  /** Checks every name in {@code conjuncts}, once for each time that it is written. */
  List<TypeError> check(List<Expr> conjuncts) {
    var errors = new ArrayList<TypeError>();
    for (Expr conjunct : conjuncts)
      SubExpressions.visit(
          conjunct,
          expr -> {
            if (expr instanceof Expr.Literal(EntityUid uid, var span)) check(uid, span, errors);
            if (expr instanceof Expr.Is(_, var type, var span)) checkType(type, span, errors);
          });
    return errors;
  }

  private void check(EntityUid uid, Span span, Collection<TypeError> errors) {
    if (TypedSchema.isActionType(uid.type())) {
      if (schema.schema().action(uid).isEmpty())
        errors.add(
            new TypeError(
                Kind.UNRECOGNIZED_ACTION_ID,
                span,
                "the schema has no action `" + uid + "`" + suggestion(uid)));
      return;
    }
    checkType(uid.type(), span, errors);
    schema
        .schema()
        .entityType(uid.type())
        .flatMap(type -> type.enumeration())
        .filter(ids -> !ids.contains(uid.id()))
        .ifPresent(ids ->
            errors.add(
                new TypeError(
                    Kind.INVALID_ENUM_ENTITY,
                    span,
                    "`"
                        + uid
                        + "` is not one of the ids of the enumerated type `"
                        + uid.type()
                        + "`"
                        + Suggestion.of(uid.id(), ids))));
  }

  /** Reports {@code type} if the schema does not declare it. */
  void checkType(String type, Span span, Collection<TypeError> errors) {
    if (!schema.isKnownType(type))
      errors.add(
          new TypeError(
              Kind.UNRECOGNIZED_ENTITY_TYPE,
              span,
              "the schema has no entity type `"
                  + type
                  + "`"
                  + Suggestion.of(type, schema.entityTypes())));
  }

  private String suggestion(EntityUid uid) {
    var known = schema.schema().actions().keySet().stream().map(EntityUid::toString).toList();
    return Suggestion.of(uid.toString(), known);
  }
}
