package dev.ostiary.sidecar.door;

import dev.ostiary.sidecar.decide.Refused.Why;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the target of a request so that nobody behind can read another one: what programs decode or
 * normalise in different ways is refused.
 */
final class RequestPath {
  private RequestPath() {}

  /** The decoded segments of a path; of one that ends with a slash the last one is empty. */
  static List<String> segments(String path) throws Unreadable {
    return segments(path, true);
  }

  /** The segments of a path that is written as it is, without escapes. */
  static List<String> plainSegments(String path) throws Unreadable {
    return segments(path, false);
  }

  /**
   * The decoded segments of a path in a value. What follows a question mark, or a plus sign, is
   * read in different ways.
   */
  static List<String> targetSegments(String target) throws Unreadable {
    List<String> segments = segments(target.startsWith("/") ? target : "/" + target, true);
    if (target.indexOf('+') >= 0) throw refused("a plus sign");
    for (String segment : segments) if (segment.indexOf('?') >= 0) throw refused("a question mark");
    return segments;
  }

  private static List<String> segments(String path, boolean encoded) throws Unreadable {
    if (!path.startsWith("/")) throw refused("expected a path that begins with `/`");
    String[] raw = path.substring(1).split("/", -1);
    var segments = new ArrayList<String>(raw.length);
    for (int i = 0; i < raw.length; i++) {
      if (raw[i].isEmpty() && i < raw.length - 1) throw refused("repeated slashes");
      String segment = encoded ? decoded(raw[i], false) : raw[i];
      if (segment == null) throw refused("an escape that is none, or no UTF-8");
      if (segment.equals(".") || segment.equals("..")) throw refused("a dot segment");
      for (int at = 0; at < segment.length(); at++) {
        char c = segment.charAt(at);
        if (c == '/' || c == '\\') throw refused("an encoded slash or a backslash");
        if (c < ' ' || c == 0x7f) throw refused("a control character");
        if (c == '%') throw refused("an escape within an escape");
        if (c == ';' || c == '#') throw refused("`" + c + "` in a segment");
      }
      segments.add(segment);
    }
    return segments;
  }

  private static Unreadable refused(String what) {
    return new Unreadable(Why.PATH_NOT_NORMALIZED, "path", what);
  }

  /** The names of a query's arguments, as often as they come. */
  static List<String> argumentNames(String query) throws Unreadable {
    var names = new ArrayList<String>();
    for (String pair : query.split("&", -1)) {
      if (pair.isEmpty()) continue;
      int equals = pair.indexOf('=');
      String name = decoded(equals < 0 ? pair : pair.substring(0, equals), true);
      if (name == null) throw new Unreadable(Why.MALFORMED_REQUEST, "query", "no UTF-8");
      names.add(name);
    }
    return names;
  }

  /** The value of a query argument; null where it is absent. */
  static @Nullable String argument(String query, String name) throws Unreadable {
    String found = null;
    for (String pair : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      String key = decoded(equals < 0 ? pair : pair.substring(0, equals), true);
      if (key == null) throw new Unreadable(Why.MALFORMED_REQUEST, "query", "no UTF-8");
      if (!key.equals(name)) continue;
      if (found != null)
        throw new Unreadable(Why.DUPLICATED_INPUT, "query." + name, "the argument comes twice");
      found = equals < 0 ? "" : decoded(pair.substring(equals + 1), true);
      if (found == null) throw new Unreadable(Why.MALFORMED_REQUEST, "query." + name, "no UTF-8");
    }
    return found;
  }

  /** Resolves escapes; null where one is none, or they are no UTF-8. */
  private static @Nullable String decoded(String text, boolean plusIsBlank) {
    if (text.indexOf('%') < 0 && (!plusIsBlank || text.indexOf('+') < 0)) return text;
    var bytes = new ByteArrayOutputStream(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '%') {
        if (i + 2 >= text.length()) return null;
        int high = Character.digit(text.charAt(i + 1), 16);
        int low = Character.digit(text.charAt(i + 2), 16);
        if (high < 0 || low < 0) return null;
        bytes.write(high << 4 | low);
        i += 2;
      } else if (c == '+' && plusIsBlank) {
        bytes.write(' ');
      } else {
        byte[] plain = String.valueOf(c).getBytes(StandardCharsets.UTF_8);
        bytes.write(plain, 0, plain.length);
      }
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes.toByteArray()))
          .toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }
}
