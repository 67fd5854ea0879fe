package dev.ostiary.cedar.partial;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.schema.EntityTypeDeclaration;
import dev.ostiary.cedar.schema.Schema;
import dev.ostiary.cedar.syntax.Expr;
import dev.ostiary.cedar.syntax.Expr.Binary.Operator;
import dev.ostiary.cedar.validate.StaticType;
import dev.ostiary.cedar.validate.Typing;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What follows from the types of a policy's expressions in one kind of request. */
final class PartialTypes {
  private final Schema schema;
  private final Typing typing;

  PartialTypes(Schema schema, Typing typing) {
    this.schema = schema;
    this.typing = typing;
  }

  /** The type of {@code expr}, of the policy's conditions or made from its scope; else null. */
  @Nullable StaticType of(Expr expr) {
    var known = typing.typeOf(expr);
    if (known.isPresent()) return known.get();
    var environment = typing.environment();
    return switch (expr) {
      case Expr.Variable(var name, _) ->
          switch (name) {
            case PRINCIPAL -> StaticType.Entities.of(environment.principal());
            case ACTION -> StaticType.Entities.of(environment.action().type());
            case RESOURCE -> StaticType.Entities.of(environment.resource());
            case CONTEXT -> environment.context();
          };
      case Expr.Literal(EntityUid uid, _) -> StaticType.Entities.of(uid.type());
      case Expr.SetLiteral(var elements, _) -> {
        var entityTypes = new TreeSet<String>();
        for (var element : elements)
          if (element instanceof Expr.Literal(EntityUid uid, _)) entityTypes.add(uid.type());
        yield entityTypes.isEmpty()
            ? null
            : new StaticType.SetOf(new StaticType.Entities(entityTypes));
      }
      case Expr.Literal _,
          Expr.Unknown _,
          Expr.If _,
          Expr.Or _,
          Expr.And _,
          Expr.Not _,
          Expr.Negate _,
          Expr.Binary _,
          Expr.IsEmpty _,
          Expr.Like _,
          Expr.Is _,
          Expr.GetAttribute _,
          Expr.HasAttribute _,
          Expr.RecordLiteral _,
          Expr.Call _ ->
          null;
    };
  }

  /** Whether no value of {@code type} has that attribute. */
  boolean neverHas(@Nullable StaticType type, String attribute) {
    return switch (type) {
      case null -> false;
      case StaticType.Fields(var fields, var open) -> !open && !fields.containsKey(attribute);
      case StaticType.Entities(var types) ->
          types.stream()
              .allMatch(each ->
                  schema
                      .entityType(each)
                      .map(EntityTypeDeclaration::shape)
                      .filter(shape -> !shape.open() && !shape.attributes().containsKey(attribute))
                      .isPresent());
      case StaticType.Simple _, StaticType.SetOf _, StaticType.Extension _ -> false;
    };
  }

  /**
   * Whether {@code in}, {@code ==} or {@code hasTag} is false, and {@code !=} true, for all values
   * of these types.
   */
  boolean isNever(Operator operator, @Nullable StaticType left, @Nullable StaticType right) {
    if (!(left instanceof StaticType.Entities(var types))) return false;
    return switch (operator) {
      case EQUAL, NOT_EQUAL ->
          right instanceof StaticType.Entities(var others) && Collections.disjoint(types, others);
      case IN ->
          switch (right) {
            case StaticType.Entities(var groups) -> !mayBeIn(types, groups);
            case StaticType.SetOf(StaticType.Entities(var groups)) -> !mayBeIn(types, groups);
            case null, default -> false;
          };
      case HAS_TAG ->
          types.stream()
              .allMatch(
                  each -> schema.entityType(each).filter(t -> t.tags().isEmpty()).isPresent());
      case LESS,
          LESS_OR_EQUAL,
          GREATER,
          GREATER_OR_EQUAL,
          ADD,
          SUBTRACT,
          MULTIPLY,
          CONTAINS,
          CONTAINS_ALL,
          CONTAINS_ANY,
          GET_TAG ->
          false;
    };
  }

  private boolean mayBeIn(Set<String> members, Set<String> groups) {
    for (var member : members) {
      // What actions are in is known to the last, so types need not tell.
      if (schema.entityType(member).isEmpty()) return true;
      for (var group : groups)
        if (member.equals(group) || schema.ancestors(member).contains(group)) return true;
    }
    return false;
  }
}
