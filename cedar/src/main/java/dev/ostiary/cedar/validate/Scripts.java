package dev.ostiary.cedar.validate;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.Character.UnicodeScript;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What Unicode says of characters in names: which belong there, and which writing systems they
 * belong to. The JDK knows each character's script; which characters several scripts share, and
 * which are fit for identifiers, is in two small tables beside this class.
 *
 * @see <a href="https://www.unicode.org/reports/tr39/">UTS 39: Unicode security mechanisms</a>
 */
final class Scripts {
  private static final BitSet ALLOWED = new BitSet();
  private static final Map<Integer, EnumSet<UnicodeScript>> SHARED = new HashMap<>();

  static {
    for (String line : lines("identifier-status.txt"))
      for (String range : line.split(" ", -1)) {
        int[] bounds = bounds(range);
        ALLOWED.set(bounds[0], bounds[1] + 1);
      }
    for (String line : lines("script-extensions.txt")) {
      String[] words = line.split(" ", -1);
      var scripts = EnumSet.noneOf(UnicodeScript.class);
      for (int i = 1; i < words.length; i++) addIfKnown(words[i], scripts);
      int[] bounds = bounds(words[0]);
      for (int c = bounds[0]; c <= bounds[1]; c++) SHARED.put(c, scripts);
    }
  }

  private Scripts() {}

  /** A script newer than this JDK has no characters here either. */
  private static void addIfKnown(String code, EnumSet<UnicodeScript> scripts) {
    try {
      scripts.add(UnicodeScript.forName(code));
    } catch (IllegalArgumentException _) {
      // Left out.
    }
  }

  private static List<String> lines(String table) {
    try (var reader =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(Scripts.class.getResourceAsStream(table), table),
                StandardCharsets.UTF_8))) {
      return reader.lines().filter(line -> !line.startsWith("#")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int[] bounds(String range) {
    int dash = range.indexOf('-');
    String first = dash < 0 ? range : range.substring(0, dash);
    return new int[] {Integer.parseInt(first, 16), Integer.parseInt(range.substring(dash + 1), 16)};
  }

  /** Whether the character is for general use in identifiers. */
  static boolean isAllowedInIdentifier(int codePoint) {
    return ALLOWED.get(codePoint);
  }

  /**
   * Whether one writing system has all characters of {@code text}. Japanese, Korean and Chinese
   * with Bopomofo are writing systems of several scripts.
   */
  static boolean isSingleScript(String text) {
    var common = EnumSet.allOf(UnicodeScript.class);
    boolean hanBopomofo = true;
    boolean japanese = true;
    boolean korean = true;
    for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
      EnumSet<UnicodeScript> scripts = scripts(text.codePointAt(i));
      if (scripts.contains(UnicodeScript.COMMON) || scripts.contains(UnicodeScript.INHERITED))
        continue;
      common.retainAll(scripts);
      if (scripts.contains(UnicodeScript.HAN)) continue;
      hanBopomofo &= scripts.contains(UnicodeScript.BOPOMOFO);
      japanese &=
          scripts.contains(UnicodeScript.HIRAGANA) || scripts.contains(UnicodeScript.KATAKANA);
      korean &= scripts.contains(UnicodeScript.HANGUL);
    }
    return !common.isEmpty() || hanBopomofo || japanese || korean;
  }

  private static EnumSet<UnicodeScript> scripts(int codePoint) {
    EnumSet<UnicodeScript> shared = SHARED.get(codePoint);
    return shared != null ? shared : EnumSet.of(UnicodeScript.of(codePoint));
  }
}
