package dev.ostiary.sidecar.bundle;

import dev.ostiary.cedar.syntax.Span;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/** Annotations as text: where they stand, and lists in them. */
public final class Annotation {
  private Annotation() {}

  /** The elements of a comma-separated list, without the blanks around them. */
  public static List<String> list(String value) {
    return Arrays.stream(value.split(",", -1)).map(String::strip).toList();
  }

  /**
   * Where {@code @name} stands in what it belongs to; all of that where it is not found.
   *
   * @param name without {@code @}
   */
  static Span place(Span annotated, String name) {
    var text = Pattern.compile("@\\s*" + Pattern.quote(name) + "\\b").matcher(annotated.text());
    return text.find()
        ? annotated.source().span(annotated.start() + text.start(), annotated.start() + text.end())
        : annotated;
  }
}
