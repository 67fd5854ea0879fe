package dev.ostiary.cedar.format;

import java.util.regex.Pattern;

/** Takes blank lines out of a policy text, but not out of its strings. */
final class BlankLines {
  private static final Pattern COMMENT_OR_STRING =
      Pattern.compile("//[^\n\r]*+|\"(?:\\\\.|[^\"\\\\])*+\"");

  private BlankLines() {}

  /** {@code text} without blank lines and without white space around it. */
  static String remove(String text) {
    var out = new StringBuilder(text.length());
    var matcher = COMMENT_OR_STRING.matcher(text);
    int at = 0;
    while (matcher.find()) {
      copy(text.substring(at, matcher.start()), out);
      out.append(matcher.group());
      at = matcher.end();
    }
    copy(text.substring(at), out);
    return CommentedToken.strip(out.toString());
  }

  private static void copy(String gap, StringBuilder out) {
    if (gap.startsWith("\n")) out.append('\n');
    for (int at = 0; at < gap.length(); ) {
      int newline = gap.indexOf('\n', at);
      int end = newline < 0 ? gap.length() : newline + 1;
      String line = gap.substring(at, end);
      if (newline < 0 || !CommentedToken.strip(line).isEmpty()) out.append(line);
      at = end;
    }
  }
}
