package dev.ostiary.cedar.syntax;

import dev.ostiary.cedar.syntax.Token.Kind;
import dev.ostiary.cedar.syntax.TokenReader.Unreadable;
import java.util.Set;

/** Identifiers, and names with a namespace. */
final class Names {
  /** Words that are no identifiers. */
  private static final Set<String> RESERVED =
      Set.of("true", "false", "if", "then", "else", "in", "is", "like", "has", "__cedar");

  private Names() {}

  static boolean isReserved(String word) {
    return RESERVED.contains(word);
  }

  /** Reads an identifier that is not reserved. */
  static Token identifier(TokenReader in) throws Unreadable {
    Token token = in.peek();
    if (token.kind() != Kind.IDENTIFIER) throw in.unexpected(Kind.IDENTIFIER.notation());
    in.take();
    if (isReserved(token.text()))
      in.errors().add(token.span(), "`" + token.text() + "` is reserved and names nothing");
    return token;
  }

  /** Reads {@code A::B::C}, stopping before a {@code ::} that no identifier follows. */
  static String path(TokenReader in) throws Unreadable {
    String first = identifier(in).text();
    if (!in.is(Kind.DOUBLE_COLON)) return first;
    var path = new StringBuilder(first);
    while (in.is(Kind.DOUBLE_COLON) && in.peekSecond().kind() == Kind.IDENTIFIER) {
      in.take();
      path.append("::").append(identifier(in).text());
    }
    return path.toString();
  }
}
