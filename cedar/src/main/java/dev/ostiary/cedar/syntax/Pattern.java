package dev.ostiary.cedar.syntax;

import java.util.List;

/**
 * The right side of {@code like}: literal pieces with wildcards between them.
 *
 * <p>{@code pieces} has one element more than there are wildcards; {@code "a*b"} is {@code ["a",
 * "b"]}, {@code "*"} is {@code ["", ""]}, a pattern without wildcard is one piece.
 *
 * @param pieces texts that must come in this order, the first at the start, the last at the end
 */
public record Pattern(List<String> pieces) {
  public Pattern {
    pieces = List.copyOf(pieces);
  }
}
