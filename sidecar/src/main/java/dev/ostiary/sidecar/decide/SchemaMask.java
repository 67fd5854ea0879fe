package dev.ostiary.sidecar.decide;

import dev.ostiary.cedar.BoolValue;
import dev.ostiary.cedar.DatetimeValue;
import dev.ostiary.cedar.DecimalValue;
import dev.ostiary.cedar.DurationValue;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.IpValue;
import dev.ostiary.cedar.LongValue;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.Request;
import dev.ostiary.cedar.SetValue;
import dev.ostiary.cedar.StringValue;
import dev.ostiary.cedar.Trace.Observation;
import dev.ostiary.cedar.Value;
import dev.ostiary.cedar.explain.Mask;
import dev.ostiary.cedar.schema.ActionDeclaration;
import dev.ostiary.cedar.schema.EntityTypeDeclaration;
import dev.ostiary.cedar.schema.Schema;
import dev.ostiary.cedar.schema.Type;
import dev.ostiary.cedar.syntax.Expr;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Optional;

/**
 * Hides from an explanation what the schema marks: attributes that are {@code @sensitive} or {@code
 * @secret}, and entities of types that are {@code @sensitive} or {@code @personal}. What the request
 * named itself is no news to whoever asked.
 */
record SchemaMask(Schema schema, Request request) implements Mask {
  @Override
  public String show(Observation observed) {
    return isMarked(observed) || isPrivate(observed.value())
        ? Mask.ALL.show(observed)
        : Mask.NONE.show(observed);
  }

  private static boolean isMarked(Map<String, String> annotations) {
    return annotations.containsKey("sensitive") || annotations.containsKey("secret");
  }

  /** Whether an attribute that leads to the value, or is within it, is marked. */
  private boolean isMarked(Observation observed) {
    Optional<Type> type =
        observed.owner().isPresent()
            ? schema.entityType(observed.owner().get().type()).map(EntityTypeDeclaration::shape)
            : schema.action(request.action()).map(ActionDeclaration::context);
    if (type.isEmpty()) return false;
    var path = new ArrayDeque<String>();
    Expr expr = observed.expr();
    // Where the owner is in the path is not told; a longer one than its own hides at most too much.
    for (; expr instanceof Expr.GetAttribute(var argument, var name, _); expr = argument) {
      path.push(name);
      if (isMarked(type.get(), path)) return true;
    }
    return false;
  }

  private static boolean isMarked(Type type, Iterable<String> path) {
    Type at = type;
    for (String name : path) {
      Type.Attribute attribute =
          at instanceof Type.RecordType record ? record.attributes().get(name) : null;
      if (attribute == null) return false;
      if (isMarked(attribute.annotations())) return true;
      at = attribute.type();
    }
    return holdsMarked(at);
  }

  private static boolean holdsMarked(Type type) {
    return switch (type) {
      case Type.RecordType record ->
          record.attributes().values().stream()
              .anyMatch(each -> isMarked(each.annotations()) || holdsMarked(each.type()));
      case Type.SetType(var element) -> holdsMarked(element);
      case Type.BoolType _, Type.LongType _, Type.StringType _ -> false;
      case Type.EntityRef _, Type.ExtensionType _ -> false;
    };
  }

  private boolean isPrivate(Value value) {
    return switch (value) {
      case EntityUid uid ->
          !uid.equals(request.principal())
              && !uid.equals(request.resource())
              && schema
                  .entityType(uid.type())
                  .map(EntityTypeDeclaration::annotations)
                  .filter(marks -> isMarked(marks) || marks.containsKey("personal"))
                  .isPresent();
      case SetValue set -> set.elements().stream().anyMatch(this::isPrivate);
      case RecordValue record -> record.attributes().values().stream().anyMatch(this::isPrivate);
      case BoolValue _, LongValue _, StringValue _ -> false;
      case IpValue _, DecimalValue _, DatetimeValue _, DurationValue _ -> false;
    };
  }
}
