package dev.ostiary.sidecar.door;

import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonObject;
import java.util.Optional;

/**
 * Finds a value in a document.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6901">RFC 6901</a>
 */
final class JsonPointer {
  private JsonPointer() {}

  /** The value at {@code pointer}, which begins with a slash; {@code null} counts as absent. */
  static Optional<Json> find(Json document, String pointer) {
    Json at = document;
    for (String token : pointer.substring(1).split("/", -1)) {
      String name = token.replace("~1", "/").replace("~0", "~");
      Json next =
          switch (at) {
            case JsonObject object -> object.find(name);
            case Json.Arr(var elements, _, _) ->
                name.matches("0|[1-9][0-9]{0,6}") && Integer.parseInt(name) < elements.size()
                    ? elements.get(Integer.parseInt(name))
                    : null;
            case Json.Str _, Json.Int _, Json.Num _, Json.Bool _, Json.Null _ -> null;
          };
      if (next == null || next instanceof Json.Null) return Optional.empty();
      at = next;
    }
    return Optional.of(at);
  }

  /** A value that is no array or object, as text. */
  static Optional<String> text(Json json) {
    return switch (json) {
      case Json.Str(var text, _, _) -> Optional.of(text);
      case Json.Int(var number, _, _) -> Optional.of(Long.toString(number));
      case Json.Bool(var bool, _, _) -> Optional.of(Boolean.toString(bool));
      case Json.Num _, Json.Null _, Json.Arr _, JsonObject _ -> Optional.empty();
    };
  }
}
