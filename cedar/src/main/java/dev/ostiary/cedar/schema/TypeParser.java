package dev.ostiary.cedar.schema;

import dev.ostiary.cedar.schema.SchemaFragment.ActionName;
import dev.ostiary.cedar.schema.SchemaFragment.Name;
import dev.ostiary.cedar.schema.TypeSyntax.Attribute;
import dev.ostiary.cedar.schema.TypeSyntax.Reference;
import dev.ostiary.cedar.syntax.StringLiteral;
import dev.ostiary.cedar.syntax.Token;
import dev.ostiary.cedar.syntax.Token.Kind;
import dev.ostiary.cedar.syntax.TokenReader;
import dev.ostiary.cedar.syntax.TokenReader.Unreadable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads types, names and annotations of the Cedar form of schemas. */
final class TypeParser {
  private final TokenReader in;
  private int depth;

  TypeParser(TokenReader in) {
    this.in = in;
  }

  /** A name, {@code Set<…>} or a record. */
  TypeSyntax type() throws Unreadable {
    Token start = in.peek();
    if (in.is(Kind.OPEN_BRACE)) return record();
    if (in.isWord("Set") && in.peekSecond().kind() == Kind.LESS) {
      enter();
      in.take();
      in.take();
      TypeSyntax element = type();
      in.expect(Kind.GREATER);
      depth--;
      return new TypeSyntax.SetOf(element, in.since(start));
    }
    if (!in.is(Kind.IDENTIFIER)) throw in.unexpected("a type");
    Name name = path();
    return new Reference(Reference.Target.EITHER, name.text(), name.span());
  }

  /** A record or the name of a common type. */
  TypeSyntax context() throws Unreadable {
    if (in.is(Kind.OPEN_BRACE)) return record();
    Name name = path();
    return new Reference(Reference.Target.COMMON_TYPE, name.text(), name.span());
  }

  /** Attributes in braces. A repeated attribute replaces the one before, as Cedar has it. */
  TypeSyntax.Attributes record() throws Unreadable {
    Token start = in.expect(Kind.OPEN_BRACE);
    enter();
    SortedMap<String, Attribute> attributes = new TreeMap<>();
    while (!in.is(Kind.CLOSE_BRACE)) {
      var annotations = annotations();
      String name = nameOrString().text();
      boolean required = !in.takeIf(Kind.QUESTION);
      in.expect(Kind.COLON);
      attributes.put(name, new Attribute(type(), required, annotations));
      if (!in.takeIf(Kind.COMMA) && !in.is(Kind.CLOSE_BRACE)) throw in.unexpected("`,` or `}`");
    }
    in.take();
    depth--;
    return new TypeSyntax.Attributes(attributes, false, in.since(start));
  }

  private void enter() throws Unreadable {
    if (++depth > TypeSyntax.DEPTH) throw in.fail(in.peek().span(), "types are nested too deeply");
  }

  /** {@code @name("value")}, any number of them. */
  SortedMap<String, Optional<String>> annotations() throws Unreadable {
    SortedMap<String, Optional<String>> annotations = new TreeMap<>();
    while (in.takeIf(Kind.AT)) {
      Token name = in.expect(Kind.IDENTIFIER);
      String value = "";
      if (in.takeIf(Kind.OPEN_PAREN)) {
        value = string();
        in.expect(Kind.CLOSE_PAREN);
      }
      if (annotations.put(name.text(), Optional.of(value)) != null)
        in.errors().add(name.span(), "the annotation `" + name.text() + "` is repeated");
    }
    return annotations;
  }

  /** One entity type, or any number of them in brackets. */
  List<Name> entityTypes() throws Unreadable {
    if (!in.takeIf(Kind.OPEN_BRACKET)) return List.of(path());
    List<Name> names = new ArrayList<>();
    if (!in.is(Kind.CLOSE_BRACKET)) do names.add(path()); while (in.takeIf(Kind.COMMA));
    in.expect(Kind.CLOSE_BRACKET);
    return names;
  }

  /** {@code A::B::C}. */
  Name path() throws Unreadable {
    Token start = identifier();
    var path = new StringBuilder(start.text());
    while (in.is(Kind.DOUBLE_COLON)) {
      in.take();
      path.append("::").append(identifier().text());
    }
    return new Name(path.toString(), in.since(start));
  }

  /** {@code name}, {@code "name"} or {@code Type::"name"}. */
  ActionName actionName() throws Unreadable {
    Token start = in.peek();
    if (in.is(Kind.STRING) || in.peekSecond().kind() != Kind.DOUBLE_COLON) {
      Name name = nameOrString();
      return new ActionName(Optional.empty(), name.text(), name.span());
    }
    var type = new StringBuilder(identifier().text());
    in.expect(Kind.DOUBLE_COLON);
    while (!in.is(Kind.STRING)) {
      type.append("::").append(identifier().text());
      in.expect(Kind.DOUBLE_COLON);
    }
    String id = string();
    return new ActionName(Optional.of(type.toString()), id, in.since(start));
  }

  /** An identifier or a string. */
  Name nameOrString() throws Unreadable {
    Token start = in.peek();
    String text = in.is(Kind.STRING) ? string() : identifier().text();
    return new Name(text, start.span());
  }

  /** A word that may be part of a name. */
  Token identifier() throws Unreadable {
    Token token = in.expect(Kind.IDENTIFIER);
    if (!SchemaNames.isIdentifier(token.text()))
      in.errors().add(token.span(), "`" + token.text() + "` is a reserved word");
    return token;
  }

  private String string() throws Unreadable {
    return StringLiteral.value(in.expect(Kind.STRING), in.errors());
  }
}
