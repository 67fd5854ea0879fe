package dev.ostiary.cedar.validate;

import dev.ostiary.cedar.BoolValue;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.Value;
import dev.ostiary.cedar.syntax.Expr;
import dev.ostiary.cedar.validate.StaticType.Entities;
import dev.ostiary.cedar.validate.StaticType.SetOf;
import dev.ostiary.cedar.validate.StaticType.Simple;
import dev.ostiary.cedar.validate.ValidationError.Kind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Types the operators and methods of two operands, and {@code is}. */
final class OperatorTyping {
  private final TypeChecker checker;

  OperatorTyping(TypeChecker checker) {
    this.checker = checker;
  }

  /** {@code ==}; for {@code !=} the caller negates. */
  Answer equality(Capabilities prior, Expr.Binary e) {
    Answer left = checker.check(prior, e.left());
    Answer right = checker.check(prior, e.right());
    StaticType type = equality(e, left.type(), right.type());
    Answer answer =
        type == Simple.BOOL
            ? sameType(
                e,
                type,
                left.type(),
                right.type(),
                "both sides of `" + e.operator().notation() + "`")
            : Answer.of(type);
    return answer.after(left).after(right);
  }

  private StaticType equality(Expr.Binary e, @Nullable StaticType l, @Nullable StaticType r) {
    if (l != null && r != null && Lattice.disjoint(l, r)) return Simple.FALSE;
    var left = literal(e.left());
    var right = literal(e.right());
    if (left == null || right == null) return Simple.BOOL;
    return StaticType.of(left.equals(right));
  }

  /** The value of a literal, of {@code action}, and of {@code &&} and {@code ||} of literals. */
  private @Nullable Value literal(Expr expr) {
    if (isAction(expr)) return checker.environment().action();
    if (expr instanceof Expr.Literal(var value, _)) return value;
    if (!(expr instanceof Expr.And) && !(expr instanceof Expr.Or)) return null;
    boolean isAnd = expr instanceof Expr.And;
    boolean value = isAnd;
    for (Expr operand : expr.operands()) {
      if (!(literal(operand) instanceof BoolValue bool)) return null;
      value = isAnd ? value && bool.value() : value || bool.value();
    }
    return BoolValue.of(value);
  }

  private static boolean isAction(Expr expr) {
    return expr instanceof Expr.Variable(var name, _) && name == Expr.Variable.Name.ACTION;
  }

  /** In strict mode an error where the two types have nothing above them. */
  private Answer sameType(
      Expr e, StaticType result, @Nullable StaticType a, @Nullable StaticType b, String what) {
    if (checker.lattice() == Lattice.STRICT
        && a != null
        && b != null
        && checker.lattice().join(a, b) instanceof Lattice.Join.None(var reason)) {
      checker.incompatible(e, List.of(a, b), what, reason);
      return Answer.failed(result);
    }
    return Answer.of(result);
  }

  /** {@code <}, {@code <=}, {@code >}, {@code >=}. */
  Answer comparison(Capabilities prior, Expr.Binary e) {
    Answer left = checker.check(prior, e.left());
    Answer right = checker.check(prior, e.right());
    StaticType l = left.type();
    StaticType r = right.type();
    boolean fits = l != null && r != null && comparable(e, l, r);
    return (fits ? Answer.of(Simple.BOOL) : Answer.failed(Simple.BOOL)).after(left).after(right);
  }

  private boolean comparable(Expr.Binary e, StaticType l, StaticType r) {
    boolean goodLeft = Expected.COMPARABLE.accepts(l);
    boolean goodRight = Expected.COMPARABLE.accepts(r);
    if (goodLeft && goodRight && l.equals(r)) return true;
    if (l == Simple.LONG) return mismatch(e.right(), l, r);
    if (r == Simple.LONG) return mismatch(e.left(), r, l);
    if (goodLeft) return mismatch(e.right(), l, r);
    if (goodRight) return mismatch(e.left(), r, l);
    checker.error(Kind.UNEXPECTED_TYPE, e.left(), Expected.COMPARABLE.complaint(l));
    checker.error(Kind.UNEXPECTED_TYPE, e.right(), Expected.COMPARABLE.complaint(r));
    return false;
  }

  private boolean mismatch(Expr at, StaticType expected, StaticType got) {
    checker.error(Kind.UNEXPECTED_TYPE, at, Expected.complaint(expected.toString(), got));
    return false;
  }

  /** {@code +}, {@code -}, {@code *}. */
  Answer arithmetic(Capabilities prior, Expr.Binary e) {
    Answer left = checker.expect(prior, e.left(), Expected.LONG);
    Answer right = checker.expect(prior, e.right(), Expected.LONG);
    return Answer.of(Simple.LONG).after(left).after(right);
  }

  /** {@code contains}. */
  Answer contains(Capabilities prior, Expr.Binary e) {
    Answer set = checker.expectReceiver(prior, e.left(), Expected.SET);
    Answer element = checker.check(prior, e.right());
    StaticType inside = set.type() instanceof SetOf(var each) ? each : null;
    return sameType(e, Simple.BOOL, inside, element.type(), "the set and the element of `contains`")
        .after(set)
        .after(element);
  }

  /** {@code containsAll} and {@code containsAny}. */
  Answer containsAllOrAny(Capabilities prior, Expr.Binary e) {
    Answer left = checker.expectReceiver(prior, e.left(), Expected.SET);
    Answer right = checker.expect(prior, e.right(), Expected.SET);
    String what = "both sets of `" + e.operator().notation() + "`";
    return sameType(e, Simple.BOOL, left.type(), right.type(), what).after(left).after(right);
  }

  /** {@code is}. */
  Answer is(Capabilities prior, Expr.Is e) {
    Answer argument = checker.expect(prior, e.argument(), Expected.ENTITY_OF_A_TYPE);
    if (!(argument.type() instanceof Entities entities)) return Answer.failed(Simple.BOOL);
    StaticType type =
        !entities.types().contains(e.entityType())
            ? Simple.FALSE
            : entities.isExactly(e.entityType()) ? Simple.TRUE : Simple.BOOL;
    return Answer.of(type).after(argument);
  }

  /** {@code in}: false where the schema's hierarchies leave no way up. */
  Answer in(Capabilities prior, Expr.Binary e) {
    Answer left = checker.expect(prior, e.left(), Expected.ENTITY);
    Answer right = checker.expect(prior, e.right(), Expected.ENTITY_OR_ENTITIES);
    if (!left.typed() || !right.typed()) return Answer.failed(Simple.BOOL);
    if (literal(e.left()) instanceof EntityUid uid && TypedSchema.isActionType(uid.type())) {
      List<EntityUid> groups = literals(e.right());
      if (groups != null) return Answer.of(StaticType.of(isIn(uid, groups)));
    }
    StaticType above = right.type() instanceof SetOf(var each) ? each : right.type();
    boolean never =
        left.type() instanceof Entities low
            && above instanceof Entities up
            && !checker.schema().mayBeIn(low, up);
    return Answer.of(never ? Simple.FALSE : Simple.BOOL);
  }

  /** The actions' hierarchy is all in the schema, so this is an answer for every request. */
  private boolean isIn(EntityUid action, List<EntityUid> groups) {
    for (EntityUid group : groups)
      if (group.equals(action) || checker.schema().actionsBelow(group).contains(action))
        return true;
    return false;
  }

  /** The entities of an entity literal or of a set literal of them; null for anything else. */
  private @Nullable List<EntityUid> literals(Expr expr) {
    List<Expr> parts = expr instanceof Expr.SetLiteral(var elements, _) ? elements : List.of(expr);
    var uids = new ArrayList<EntityUid>(parts.size());
    for (Expr part : parts) {
      if (!(literal(part) instanceof EntityUid uid)) return null;
      uids.add(uid);
    }
    return uids;
  }
}
