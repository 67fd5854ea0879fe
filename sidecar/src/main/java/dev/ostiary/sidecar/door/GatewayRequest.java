package dev.ostiary.sidecar.door;

import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonObject;
import dev.ostiary.sidecar.bundle.Route;
import dev.ostiary.sidecar.bundle.Template;
import dev.ostiary.sidecar.decide.Caller;
import dev.ostiary.sidecar.decide.Question;
import dev.ostiary.sidecar.decide.Refused.Why;
import dev.ostiary.sidecar.decide.Snapshot;
import dev.ostiary.sidecar.identity.Presented;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP request as a gateway tells of it.
 *
 * @param target path and query, as they were sent
 * @param headers the values of a header by its name in lower case
 * @param extensions what the gateway's own configuration adds
 * @param peer who the gateway's peer is, by its certificate; empty where it showed none
 * @param presented what came of the request's token
 */
record GatewayRequest(
    String method,
    String target,
    Function<String, List<String>> headers,
    Map<String, String> extensions,
    String peer,
    Presented presented,
    Body body) {

  /** Reads the body, if a route wants it. */
  interface Body {
    /** The object that the body says. */
    JsonObject read() throws Unreadable;
  }

  /** No body is told of. */
  static final Body NO_BODY =
      () -> {
        throw new Unreadable(Why.BODY_INCOMPLETE, "body", "the gateway does not pass it on");
      };

  /** What the bundle's routes make of it. */
  Question question(Snapshot snapshot, Caller caller, OptionalLong nowMillis) throws Unreadable {
    int mark = target.indexOf('?');
    String path = mark < 0 ? target : target.substring(0, mark);
    String query = mark < 0 ? "" : target.substring(mark + 1);
    List<String> segments = RequestPath.segments(path);
    Caller gateway = Bearers.passingOn(caller.vouching(peer), presented);
    for (Route route : snapshot.bundle().settings().routes()) {
      var named = route.match(method, segments);
      if (named.isEmpty()) continue;
      @Nullable JsonObject document = route.question().readsBody() ? body.read() : null;
      var reader =
          new MappedQuestion(
              snapshot, gateway, nowMillis, new Filled(named.get(), query, document));
      Optional<Question> question = reader.question(route.question());
      if (question.isPresent()) return question.get();
      throw new Unreadable(
          Why.MALFORMED_REQUEST, "", "the route's principal, action or resource is not there");
    }
    throw new Unreadable(Why.UNKNOWN_ROUTE, "path", "the bundle has no such route");
  }

  private final class Filled implements MappedQuestion.Places {
    private final Map<String, String> named;
    private final String query;
    private final @Nullable JsonObject document;

    Filled(Map<String, String> named, String query, @Nullable JsonObject document) {
      this.named = named;
      this.query = query;
      this.document = document;
    }

    @Override
    public @Nullable String text(Template.Taken place) throws Unreadable {
      return switch (place.from()) {
        case PATH -> named.get(place.name());
        case QUERY -> RequestPath.argument(query, place.name());
        case HEADER -> header(place.name());
        case EXTENSION -> extensions.get(place.name());
        case TOKEN -> claim(place.name());
        case PEER -> peer;
        case METHOD -> method;
        case BODY -> {
          Json found = json(place);
          yield found == null ? null : JsonPointer.text(found).orElse(null);
        }
      };
    }

    private @Nullable String claim(String name) throws Unreadable {
      if (presented instanceof Presented.Valid(var token)) return token.claims().get(name);
      throw new Unreadable(Bearers.refused(presented));
    }

    @Override
    public @Nullable Json json(Template.Taken place) {
      return document == null ? null : JsonPointer.find(document, place.name()).orElse(null);
    }

    /** Gateways join headers that come twice with a comma, and pass both on. */
    private @Nullable String header(String name) throws Unreadable {
      List<String> values = headers.apply(name.toLowerCase(Locale.ROOT));
      if (values.isEmpty()) return null;
      if (values.size() > 1 || values.getFirst().indexOf(',') >= 0)
        throw new Unreadable(
            Why.DUPLICATED_INPUT, "header." + name, "the header comes twice or has a comma");
      return values.getFirst();
    }
  }
}
