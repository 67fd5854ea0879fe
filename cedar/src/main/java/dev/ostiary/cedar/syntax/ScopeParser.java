package dev.ostiary.cedar.syntax;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.syntax.Scope.Reference;
import dev.ostiary.cedar.syntax.Token.Kind;
import dev.ostiary.cedar.syntax.TokenReader.Unreadable;
import java.util.ArrayList;
import java.util.List;

/** Reads what stands between the parentheses of a policy. */
final class ScopeParser {
  private final TokenReader in;

  ScopeParser(TokenReader in) {
    this.in = in;
  }

  /** Reads {@code principal …} or {@code resource …}. */
  Scope.OfEntity ofEntity(String variable, String slot) throws Unreadable {
    variable(variable);
    String entityType = null;
    if (in.isWord("is")) {
      in.take();
      entityType = typeName();
    }
    if (in.is(Kind.EQUAL)) {
      if (entityType != null)
        throw in.fail(in.peek().span(), "`is` goes with `in`, not with `==`; `==` is enough");
      in.take();
      return new Scope.Equal(reference(slot));
    }
    if (in.takeIfWord("in")) {
      Reference reference = reference(slot);
      return entityType == null ? new Scope.In(reference) : new Scope.IsIn(entityType, reference);
    }
    return entityType == null ? new Scope.Any() : new Scope.Is(entityType);
  }

  /** Reads {@code action …}. */
  Scope.OfAction ofAction() throws Unreadable {
    variable("action");
    if (in.isWord("is")) throw in.fail(in.peek().span(), "an action has no `is` in a scope");
    if (in.takeIf(Kind.EQUAL)) return new Scope.ActionEqual(action());
    if (!in.takeIfWord("in")) return new Scope.Any();
    int parentheses = openParentheses();
    if (!in.is(Kind.OPEN_BRACKET)) {
      EntityUid action = action();
      closeParentheses(parentheses);
      return new Scope.ActionIn(action);
    }
    in.take();
    var actions = new ArrayList<EntityUid>();
    while (!in.is(Kind.CLOSE_BRACKET)) {
      actions.add(action());
      if (!in.takeIf(Kind.COMMA)) break;
    }
    in.expect(Kind.CLOSE_BRACKET);
    closeParentheses(parentheses);
    return new Scope.ActionInList(List.copyOf(actions));
  }

  /** Reads the comma before the scope of {@code next}. */
  void separator(String next) throws Unreadable {
    if (in.is(Kind.COMMA)) in.take();
    else if (in.is(Kind.CLOSE_PAREN)) throw in.unexpected("`, " + next + "`");
    else throw wrongEnd();
    if (in.is(Kind.CLOSE_PAREN)) throw in.unexpected("`" + next + "`");
  }

  /** Reads the parenthesis behind the scope; a comma may precede it. */
  void end() throws Unreadable {
    in.takeIf(Kind.COMMA);
    if (!in.takeIf(Kind.CLOSE_PAREN)) throw wrongEnd();
  }

  private Unreadable wrongEnd() {
    Token token = in.peek();
    return switch (token.kind()) {
      case AND, OR ->
          in.fail(
              token.span(),
              "a scope has one constraint per variable; move the rest into a `when` condition");
      case ASSIGN -> in.fail(token.span(), "`=` is no operator; write `==`");
      case LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL, NOT_EQUAL ->
          in.fail(token.span(), "a scope has only `==`, `in` and `is`, got `" + token.text() + "`");
      default -> in.unexpected("`,` or `)`");
    };
  }

  private void variable(String name) throws Unreadable {
    Token token = in.peek();
    if (!in.takeIfWord(name)) throw in.unexpected("`" + name + "`");
    if (in.is(Kind.COLON))
      throw in.fail(token.span().to(in.peek().span()), "write `" + name + " is …` for a type");
  }

  private String typeName() throws Unreadable {
    if (in.is(Kind.SLOT)) throw in.unexpected("an entity type");
    String name = Names.path(in);
    if (in.is(Kind.DOUBLE_COLON))
      throw in.fail(in.peek().span(), "expected an entity type, got an entity");
    return name;
  }

  private Reference reference(String slot) throws Unreadable {
    int parentheses = openParentheses();
    Reference reference;
    if (in.is(Kind.SLOT)) {
      if (!in.peek().text().equals(slot)) throw in.unexpected("an entity or `" + slot + "`");
      in.take();
      reference = new Reference.Slot();
    } else {
      reference = new Reference.Entity(entity("an entity or `" + slot + "`"));
    }
    closeParentheses(parentheses);
    return reference;
  }

  private EntityUid action() throws Unreadable {
    int parentheses = openParentheses();
    Token start = in.peek();
    EntityUid uid = entity("an action such as `Action::\"view\"`");
    String type = uid.type();
    if (!type.substring(type.lastIndexOf(':') + 1).equals("Action"))
      in.errors().add(in.since(start), "expected an entity of type `Action`, got `" + uid + "`");
    closeParentheses(parentheses);
    return uid;
  }

  private EntityUid entity(String expected) throws Unreadable {
    if (!in.is(Kind.IDENTIFIER)) throw in.unexpected(expected);
    Token start = in.peek();
    String type = Names.path(in);
    if (in.takeIf(Kind.DOUBLE_COLON)) {
      String id = StringLiteral.value(in.expect(Kind.STRING), in.errors());
      return EntityUid.of(type, id);
    }
    throw in.fail(in.since(start), "expected " + expected + ", got the name `" + type + "`");
  }

  private int openParentheses() {
    int count = 0;
    while (in.takeIf(Kind.OPEN_PAREN)) count++;
    return count;
  }

  private void closeParentheses(int count) throws Unreadable {
    for (int i = 0; i < count; i++) in.expect(Kind.CLOSE_PAREN);
  }
}
