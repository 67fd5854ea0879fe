package dev.ostiary.cedar.format;

import dev.ostiary.cedar.syntax.Lexer;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceErrors;
import dev.ostiary.cedar.syntax.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A token of a policy text with the comments that belong to it.
 *
 * @param text as written
 * @param before whole-line comments in front of it, with their slashes
 * @param after the comment behind it on its line, or the empty string
 */
record CommentedToken(String text, List<String> before, String after) {
  static final Pattern COMMENT = Pattern.compile("//[^\n\r]*+");

  /** The tokens of a text, and the comments that come after the last one's line. */
  record Stream(List<CommentedToken> tokens, List<String> end) {}

  /** Splits a text that is known to parse. */
  static Stream tokens(Source source) {
    var tokens = new ArrayList<CommentedToken>();
    List<String> before = List.of();
    Token last = null;
    for (var token : Lexer.tokens(source, new SourceErrors())) {
      String gap =
          source.text().substring(last == null ? 0 : last.span().end(), token.span().start());
      // What stands in front of the first token belongs to it, on whichever line it is.
      int line = last == null ? -1 : gap.indexOf('\n');
      boolean sameLine = last != null && line < 0;
      if (last != null) {
        String after = strip(sameLine ? gap : gap.substring(0, line));
        tokens.add(new CommentedToken(last.text(), before, after));
      }
      before = sameLine ? List.of() : comments(gap.substring(line + 1));
      last = token;
    }
    return new Stream(tokens, before);
  }

  private static List<String> comments(String gap) {
    return COMMENT.matcher(gap).results().map(comment -> strip(comment.group())).toList();
  }

  /** Without the white space, as Unicode defines it, around it. */
  static String strip(String text) {
    int start = 0;
    int end = text.length();
    while (start < end && isSpace(text.charAt(start))) start++;
    while (end > start && isSpace(text.charAt(end - 1))) end--;
    return text.substring(start, end);
  }

  private static boolean isSpace(char c) {
    return (c >= '\t' && c <= '\r') || c == 0x85 || Character.isSpaceChar(c);
  }
}
