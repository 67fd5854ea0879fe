package dev.ostiary.sidecar.bundle;

import dev.ostiary.cedar.EntityUid;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the files of a bundle name an entity: by a text between quotes that is its id, which is how
 * Cedar and JSON alike write ids. Comments are not looked at.
 */
public final class Mentions {
  private static final Pattern QUOTED = Pattern.compile("\"((?:[^\"\\\\\\n]|\\\\.)*)\"");
  private static final Pattern ESCAPE =
      Pattern.compile("\\\\(?:u\\{([0-9a-fA-F]{1,6})}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))");

  private Mentions() {}

  /** The first place that names {@code uid}, as {@code entities/people.json:12}. */
  public static Optional<String> first(List<BundleFile> files, EntityUid uid) {
    for (BundleFile file : files) {
      String text = text(file);
      Matcher quoted = QUOTED.matcher(text);
      if (find(quoted, 0, uid.id())) {
        long line = 1 + text.substring(0, quoted.start()).chars().filter(c -> c == '\n').count();
        return Optional.of(file.path() + ":" + line);
      }
    }
    return Optional.empty();
  }

  /** The files with another id in its place. */
  public static List<BundleFile> replaced(List<BundleFile> files, EntityUid uid, String by) {
    return files.stream()
        .map(file ->
            new BundleFile(
                file.path(), replaced(text(file), uid.id(), by).getBytes(StandardCharsets.UTF_8)))
        .toList();
  }

  private static String replaced(String text, String id, String by) {
    var out = new StringBuilder();
    Matcher quoted = QUOTED.matcher(text);
    int done = 0;
    while (find(quoted, done, id)) {
      out.append(text, done, quoted.start()).append('"').append(by).append('"');
      done = quoted.end();
    }
    return out.append(text, done, text.length()).toString();
  }

  private static boolean find(Matcher quoted, int from, String id) {
    int at = from;
    while (at <= quoted.regionEnd() && quoted.find(at)) {
      if (unescaped(quoted.group(1)).equals(id)) return true;
      // The closing quote may open the next text: a comment can have one quote alone.
      at = quoted.end() - 1;
    }
    return false;
  }

  private static String unescaped(String text) {
    if (text.indexOf('\\') < 0) return text;
    return ESCAPE.matcher(text).replaceAll(match -> Matcher.quoteReplacement(character(match)));
  }

  private static String character(java.util.regex.MatchResult match) {
    for (int group = 1; group <= 3; group++) {
      if (match.group(group) == null) continue;
      int code = Integer.parseInt(match.group(group), 16);
      return Character.isValidCodePoint(code) ? Character.toString(code) : "";
    }
    return switch (match.group(4)) {
      case "n" -> "\n";
      case "r" -> "\r";
      case "t" -> "\t";
      case "b" -> "\b";
      case "f" -> "\f";
      case "0" -> "\0";
      default -> match.group(4);
    };
  }

  private static String text(BundleFile file) {
    return new String(file.content(), StandardCharsets.UTF_8);
  }
}
