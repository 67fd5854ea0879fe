package dev.ostiary.cedar.json;

import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.Span;
import java.util.List;

/** Finds where in a JSON text a part of an entity or context stands. */
final class Places {
  private Places() {}

  /** The part of {@code json} that {@code path} leads to, or the last one on the way. */
  static Span of(Source source, Json json, List<String> path) {
    Json at = json;
    for (String step : path) {
      String name = step.equals("attributes") && at == json ? "attrs" : step;
      if (!(at instanceof JsonObject object)) break;
      Json next = object.find(name);
      if (next == null) break;
      at = next;
    }
    return at.span(source);
  }
}
