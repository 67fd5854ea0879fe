package dev.ostiary.cedar.syntax;

import dev.ostiary.cedar.syntax.Token.Kind;
import java.util.List;

/** A place in a list of tokens, and the errors found so far. Not for use by several threads. */
public final class TokenReader {
  private final Source source;
  private final List<Token> tokens;
  private final SourceErrors errors;
  private int at;

  /** At the first token of {@code source}; faults of its tokens are noted. */
  public TokenReader(Source source, SourceErrors errors) {
    this.source = source;
    this.errors = errors;
    this.tokens = Lexer.tokens(source, errors);
  }

  /** Leaves the construct that is being read; the error is already noted. */
  public static final class Unreadable extends Exception {
    private static final long serialVersionUID = 1L;

    Unreadable() {
      super(null, null, false, false);
    }
  }

  /** The text. */
  Source source() {
    return source;
  }

  /** What was noted so far. */
  public SourceErrors errors() {
    return errors;
  }

  /** The token at this place. */
  public Token peek() {
    return tokens.get(at);
  }

  /** The token behind the one at this place. */
  public Token peekSecond() {
    return tokens.get(Math.min(at + 1, tokens.size() - 1));
  }

  /** Whether a token of that kind is at this place. */
  public boolean is(Kind kind) {
    return peek().kind() == kind;
  }

  /** Whether that word is at this place. */
  public boolean isWord(String word) {
    return peek().isWord(word);
  }

  /** The token at this place, which is then behind it. */
  public Token take() {
    Token token = peek();
    if (token.kind() != Kind.END) at++;
    return token;
  }

  /** Steps over a token of that kind, if one is here. */
  public boolean takeIf(Kind kind) {
    if (!is(kind)) return false;
    at++;
    return true;
  }

  /** Steps over that word, if it is here. */
  public boolean takeIfWord(String word) {
    if (!isWord(word)) return false;
    at++;
    return true;
  }

  /** Steps over a token of that kind, which has to be here. */
  public Token expect(Kind kind) throws Unreadable {
    if (is(kind)) return take();
    throw unexpected(kind.notation().length() <= 2 ? "`" + kind.notation() + "`" : kind.notation());
  }

  /** Steps over that word, which has to be here. */
  public void expectWord(String word) throws Unreadable {
    if (!takeIfWord(word)) throw unexpected("`" + word + "`");
  }

  /** Notes that something else stands here. */
  public Unreadable unexpected(String expected) {
    Token token = peek();
    return fail(token.span(), "expected " + expected + ", got " + shown(token));
  }

  /** Notes an error that ends the construct. */
  public Unreadable fail(Span span, String message) {
    errors.add(span, message);
    return new Unreadable();
  }

  /** The piece of text from {@code start} to the token before this place. */
  public Span since(Token start) {
    int end = at == 0 ? start.span().end() : tokens.get(at - 1).span().end();
    return source.span(start.span().start(), Math.max(start.span().start(), end));
  }

  /** Skips past the next semicolon, where the next policy starts. */
  public void skipPastSemicolon() {
    while (!is(Kind.END) && take().kind() != Kind.SEMICOLON) {}
  }

  static String shown(Token token) {
    if (token.kind() == Kind.END) return Kind.END.notation();
    String text = token.text();
    return "`" + (text.length() > 40 ? text.substring(0, 37) + "…" : text) + "`";
  }
}
