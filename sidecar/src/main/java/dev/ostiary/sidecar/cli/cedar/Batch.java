package dev.ostiary.sidecar.cli.cedar;

import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonObject;
import dev.ostiary.cedar.json.JsonWriter;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;

/**
 * Answers one case a line: what the engine makes of its policies, schema, entities and request.
 *
 * <p>One JSON object is written for each line read, in their order, and nothing else; a line that
 * is not a case gives {@code {"id", "error"}}. The members are those of the public conformance
 * cases.
 */
final class Batch {
  private Batch() {}

  /** Answers every line of {@code in}; whether each was a case. */
  static boolean run(BufferedReader in, PrintWriter out) throws IOException {
    boolean all = true;
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      if (line.isBlank()) continue;
      Json answer = answer(line);
      all &= !(answer instanceof JsonObject object) || object.find("error") == null;
      out.println(JsonWriter.compact(answer));
      out.flush();
    }
    return all;
  }

  /** The answer to one line. */
  static Json answer(String line) {
    Json id = Json.ofNull();
    try {
      if (!(Json.parse(new Source("line", line), 1_000) instanceof JsonObject object))
        return failure(id, "expected a JSON object");
      Json given = object.find("id");
      if (given != null) id = given;
      return BatchCase.answer(object);
    } catch (SourceException e) {
      return failure(id, e.errors().getFirst().toString());
    } catch (IllegalArgumentException e) {
      return failure(id, String.valueOf(e.getMessage()));
    } catch (RuntimeException | StackOverflowError e) {
      // A defect in one case is no reason to leave the others without an answer.
      return failure(id, "defect: " + e);
    }
  }

  private static Json failure(Json id, String message) {
    var members = new LinkedHashMap<String, Json>();
    members.put("id", id);
    members.put("error", Json.of(message));
    return Json.of(members);
  }
}
