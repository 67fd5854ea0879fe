package dev.ostiary.sidecar.door;

import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonObject;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceException;
import dev.ostiary.sidecar.decide.Refused.Why;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads bodies that are JSON. Of what is in them no message says anything: it may be a credential.
 */
final class JsonBody {
  /** Arrays and objects in each other; the values of a question may be nested less deep. */
  private static final int DEPTH = 40;

  private JsonBody() {}

  /**
   * The object that the bytes say.
   *
   * @throws Unreadable if they say none, or a key comes twice in it
   */
  static JsonObject object(byte[] body) throws Unreadable {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
      Json json = Json.parse(new Source("body", text), DEPTH);
      if (!(json instanceof JsonObject object))
        throw new Unreadable(Why.MALFORMED_REQUEST, "", "expected a JSON object");
      refuseRepeated(object);
      return object;
    } catch (CharacterCodingException e) {
      throw new Unreadable(Why.MALFORMED_REQUEST, "", "expected UTF-8");
    } catch (SourceException e) {
      var span = e.errors().getFirst().span();
      throw new Unreadable(
          Why.MALFORMED_REQUEST,
          "",
          "expected JSON of at most " + DEPTH + " levels; it ends at offset " + span.start());
    }
  }

  /** One reader takes the first of them, another the last. */
  private static void refuseRepeated(Json json) throws Unreadable {
    switch (json) {
      case JsonObject object -> {
        if (object.repeated() >= 0)
          throw new Unreadable(Why.DUPLICATED_INPUT, "", "a key comes twice in an object");
        for (int i = 0; i < object.size(); i++) refuseRepeated(object.value(i));
      }
      case Json.Arr(var elements, _, _) -> {
        for (Json element : elements) refuseRepeated(element);
      }
      case Json.Str _, Json.Int _, Json.Num _, Json.Bool _, Json.Null _ -> {}
    }
  }
}
