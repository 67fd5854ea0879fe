package dev.ostiary.sidecar.door;

import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonObject;
import dev.ostiary.sidecar.bundle.Presence;
import dev.ostiary.sidecar.bundle.Route;
import dev.ostiary.sidecar.bundle.Template;
import dev.ostiary.sidecar.decide.Caller;
import dev.ostiary.sidecar.decide.Question;
import dev.ostiary.sidecar.decide.Refused.Why;
import dev.ostiary.sidecar.decide.Snapshot;
import dev.ostiary.sidecar.identity.Presented;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP request as a gateway tells of it.
 *
 * @param target path and query, as they were sent
 * @param extensions what the gateway's own configuration adds
 * @param peer who the gateway's peer is, by its certificate; empty where it showed none
 * @param presented what came of the request's token
 */
record GatewayRequest(
    String method,
    String target,
    Headers headers,
    Map<String, String> extensions,
    String peer,
    Presented presented,
    Body body) {

  /** The headers of the request. */
  interface Headers {
    /** Their names, in lower case. */
    Collection<String> names();

    /** The values of one by its name in lower case. */
    List<String> values(String name);
  }

  /** Reads the body, if a route wants it. */
  interface Body {
    /** The object that the body says. */
    JsonObject read(Route.Format format) throws Unreadable;
  }

  /** No body is told of. */
  static final Body NO_BODY =
      _ -> {
        throw new Unreadable(Why.BODY_INCOMPLETE, "body", "the gateway does not pass it on");
      };

  /**
   * What the bundle's routes make of it: at least one question, all of which must be allowed.
   *
   * @param vouch what the caller must have the right to, to be believed that a principal is
   *     verified
   * @param most how many there may be
   */
  List<Question> questions(
      Snapshot snapshot, Caller caller, Caller.Right vouch, OptionalLong nowMillis, int most)
      throws Unreadable {
    int mark = target.indexOf('?');
    String path = mark < 0 ? target : target.substring(0, mark);
    String query = mark < 0 ? "" : target.substring(mark + 1);
    List<String> segments = RequestPath.segments(path);
    Caller gateway = Bearers.passingOn(caller.vouching(peer), presented);
    for (Route route : snapshot.bundle().settings().routes()) {
      var named = route.match(method, segments);
      if (named.isEmpty() || !fits(route, query)) continue;
      @Nullable JsonObject document = route.readsBody() ? body.read(route.body()) : null;
      var questions = new ArrayList<Question>();
      for (Json each : elements(route, document)) {
        var places = new Filled(named.get(), query, document, each);
        ask(route, new MappedQuestion(snapshot, gateway, vouch, nowMillis, places), questions);
        if (questions.size() > most)
          throw new Unreadable(
              Why.REQUEST_TOO_LARGE, "body", "expected at most " + most + " questions");
      }
      return questions;
    }
    throw new Unreadable(Why.UNKNOWN_ROUTE, "path", "the bundle has no such route");
  }

  private static void ask(Route route, MappedQuestion reader, List<Question> questions)
      throws Unreadable {
    boolean asked = false;
    for (Route.Ask ask : route.asks()) {
      if (!reader.holds(ask.when())) continue;
      Optional<Question> question = reader.question(ask.question());
      if (question.isEmpty())
        throw new Unreadable(
            Why.MALFORMED_REQUEST, "", "the route's principal, action or resource is not there");
      questions.add(question.get());
      asked = true;
    }
    if (!asked) throw new Unreadable(Why.UNKNOWN_ROUTE, "", "the route asks nothing about it");
  }

  private boolean fits(Route route, String query) throws Unreadable {
    if (route.query().isPresent()) {
      List<String> names = RequestPath.argumentNames(query);
      var there = new HashSet<>(names);
      if (!route.query().get().holds(there)) return false;
      if (there.size() < names.size())
        throw new Unreadable(Why.DUPLICATED_INPUT, "query", "an argument comes twice");
    }
    // A gateway that tells of no header at all leaves open which there are.
    Optional<Presence> headers = route.headers();
    return headers.isEmpty()
        || (!this.headers.names().isEmpty() && headers.get().holds(this.headers.names()));
  }

  /** What is asked about one by one; itself where it is all asked about at once. */
  private static List<Json> elements(Route route, @Nullable JsonObject document) throws Unreadable {
    if (route.each().isEmpty() || document == null) return List.of(Json.ofNull());
    List<Json> elements =
        switch (JsonPointer.find(document, route.each().get()).orElse(Json.ofNull())) {
          case Json.Arr(var several, _, _) -> several;
          case JsonObject one -> List.of(one);
          case Json.Str _, Json.Int _, Json.Num _, Json.Bool _, Json.Null _ -> List.of();
        };
    if (elements.isEmpty())
      throw new Unreadable(Why.MALFORMED_REQUEST, "body", "there is nothing to ask about");
    return elements;
  }

  private final class Filled implements MappedQuestion.Places {
    private final Map<String, String> named;
    private final String query;
    private final @Nullable JsonObject document;
    private final Json each;

    Filled(Map<String, String> named, String query, @Nullable JsonObject document, Json each) {
      this.named = named;
      this.query = query;
      this.document = document;
      this.each = each;
    }

    @Override
    public @Nullable String text(Template.Taken place) throws Unreadable {
      return switch (place.from()) {
        case PATH -> named.get(place.name());
        case QUERY -> RequestPath.argument(query, place.name());
        case HEADER -> header(place.name());
        case EXTENSION -> extensions.get(place.name());
        case TOKEN -> claim(place.name());
        case ACCESS_KEY -> AccessKey.of(headers.values("authorization"), query);
        case PEER -> peer;
        case METHOD -> method;
        case BODY, EACH -> {
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
      if (place.from() == Template.Place.EACH)
        return JsonPointer.find(each, place.name()).orElse(null);
      return document == null ? null : JsonPointer.find(document, place.name()).orElse(null);
    }

    /** Gateways join headers that come twice with a comma, and pass both on. */
    private @Nullable String header(String name) throws Unreadable {
      List<String> values = headers.values(name.toLowerCase(Locale.ROOT));
      if (values.isEmpty()) return null;
      if (values.size() > 1 || values.getFirst().indexOf(',') >= 0)
        throw new Unreadable(
            Why.DUPLICATED_INPUT, "header." + name, "the header comes twice or has a comma");
      return values.getFirst();
    }
  }
}
