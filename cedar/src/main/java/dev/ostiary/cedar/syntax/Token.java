package dev.ostiary.cedar.syntax;

import java.util.List;

/**
 * A word of a policy or schema text.
 *
 * @param kind what it is
 * @param text as written; a string literal with its quotes and escapes, {@link Kind#END} empty
 * @param span where it is
 * @param comments the {@code //} comments between the token before and this one, without line ends
 */
public record Token(Kind kind, String text, Span span, List<Span> comments) {

  /** Whether it is that identifier or keyword; Cedar has no keywords at this level. */
  public boolean isWord(String word) {
    return kind == Kind.IDENTIFIER && text.equals(word);
  }

  /** Kinds of tokens. */
  public enum Kind {
    IDENTIFIER("an identifier"),
    NUMBER("a number"),
    STRING("a string"),
    SLOT("a slot"),
    AT("@"),
    DOT("."),
    COMMA(","),
    SEMICOLON(";"),
    COLON(":"),
    DOUBLE_COLON("::"),
    OPEN_PAREN("("),
    CLOSE_PAREN(")"),
    OPEN_BRACE("{"),
    CLOSE_BRACE("}"),
    OPEN_BRACKET("["),
    CLOSE_BRACKET("]"),
    EQUAL("=="),
    NOT_EQUAL("!="),
    LESS("<"),
    LESS_OR_EQUAL("<="),
    GREATER(">"),
    GREATER_OR_EQUAL(">="),
    OR("||"),
    AND("&&"),
    PLUS("+"),
    MINUS("-"),
    STAR("*"),
    SLASH("/"),
    PERCENT("%"),
    NOT("!"),
    ASSIGN("="),
    QUESTION("?"),
    END("the end of the text");

    private final String notation;

    Kind(String notation) {
      this.notation = notation;
    }

    /** How messages call it: punctuation as it is written, the others by name. */
    public String notation() {
      return notation;
    }
  }
}
