package dev.ostiary.sidecar.door;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonObject;
import dev.ostiary.cedar.json.JsonWriter;
import dev.ostiary.log.Outcome;
import dev.ostiary.record.v1.Door;
import dev.ostiary.sidecar.decide.Caller.Right;
import dev.ostiary.sidecar.decide.Question;
import dev.ostiary.sidecar.decide.Refused;
import dev.ostiary.sidecar.decide.Refused.Why;
import dev.ostiary.sidecar.decide.Search;
import dev.ostiary.sidecar.decide.Snapshot;
import dev.ostiary.sidecar.record.Recorder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** AuthZEN's three searches: each result is a decision, and is written as one. */
final class AuthzenSearch {
  static final String SUBJECT = "/access/v1/search/subject";
  static final String RESOURCE = "/access/v1/search/resource";
  static final String ACTION = "/access/v1/search/action";

  /** Searches take milliseconds, so they run beside the event loops, and few at once. */
  private static final int MAX_RUNNING = 4;

  private static final int MAX_PAGE = 1_000;
  private static final int TAG_BYTES = Integer.BYTES;
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final Asking asking;
  private final AtomicInteger running = new AtomicInteger();

  AuthzenSearch(Asking asking) {
    this.asking = asking;
  }

  /** What is searched: the actions to try in order, the question about each, how one is shown. */
  private record Open(
      Question asked,
      List<EntityUid> actions,
      Function<EntityUid, Question> question,
      Function<EntityUid, Json> shown) {}

  /** Which part of the results is asked for. */
  private record Page(int limit, String after, int tag) {}

  void answer(HttpCall call, String path, JsonObject request, Snapshot snapshot) throws Unreadable {
    Page page = page(path, request);
    var reader = new AuthzenQuestion(call.caller(), asking.nowMillis(), snapshot);
    Open open =
        switch (path) {
          case SUBJECT -> subjects(reader, request);
          case RESOURCE -> resources(reader, request);
          default -> actions(reader, request, snapshot);
        };
    if (!call.caller().may(Right.SEARCH, open.asked())) {
      call.refuse(Statuses.notPermitted(call.caller()));
      return;
    }
    if (running.incrementAndGet() > MAX_RUNNING) {
      running.decrementAndGet();
      call.refuse(Refused.later(Why.OVERLOADED, "too many searches at once", RETRY));
      return;
    }
    call.vertx()
        .executeBlocking(
            () ->
                path.equals(ACTION)
                    ? Search.find(
                        open.actions(), page.after(), page.limit(), open.question(), snapshot)
                    : Search.entities(
                        open.asked(), page.after(), page.limit(), open.question(), snapshot),
            false)
        .onComplete(done -> {
          running.decrementAndGet();
          if (done.failed()) call.refuse(Noise.defect(done.cause()));
          else if (call.isAbandoned()) call.gone();
          else write(call, done.result(), open, page, snapshot);
        });
  }

  private static Open subjects(AuthzenQuestion reader, JsonObject request) throws Unreadable {
    JsonObject subject = AuthzenQuestion.object(request.find("subject"), "subject");
    String type = AuthzenQuestion.text(subject, "type", "subject");
    Question asked =
        reader.read(
            named(subject, type),
            request.find("action"),
            request.find("resource"),
            request.find("context"));
    return new Open(
        reader.question(EntityUid.of(type, ""), asked.action(), asked.resource(), asked.context()),
        List.of(),
        uid -> reader.question(uid, asked.action(), asked.resource(), asked.context()),
        AuthzenSearch::entity);
  }

  private static Open resources(AuthzenQuestion reader, JsonObject request) throws Unreadable {
    JsonObject resource = AuthzenQuestion.object(request.find("resource"), "resource");
    String type = AuthzenQuestion.text(resource, "type", "resource");
    Question asked =
        reader.read(
            request.find("subject"),
            request.find("action"),
            named(resource, type),
            request.find("context"));
    return new Open(
        reader.question(asked.principal(), asked.action(), EntityUid.of(type, ""), asked.context()),
        List.of(),
        uid -> reader.question(asked.principal(), asked.action(), uid, asked.context()),
        AuthzenSearch::entity);
  }

  /** What is sought has no id; an id that is sent all the same says nothing. */
  private static Json named(JsonObject sought, String type) {
    var named = new LinkedHashMap<String, Json>();
    named.put("type", Json.of(type));
    named.put("id", Json.of("?"));
    Json properties = sought.find("properties");
    if (properties != null) named.put("properties", properties);
    return Json.of(named);
  }

  private static Open actions(AuthzenQuestion reader, JsonObject request, Snapshot snapshot)
      throws Unreadable {
    Json subject = request.find("subject");
    Json resource = request.find("resource");
    EntityUid principal =
        AuthzenQuestion.uid(AuthzenQuestion.object(subject, "subject"), "subject");
    EntityUid target =
        AuthzenQuestion.uid(AuthzenQuestion.object(resource, "resource"), "resource");
    var contexts = new LinkedHashMap<EntityUid, RecordValue>();
    for (EntityUid action : Search.actions(principal.type(), target.type(), snapshot)) {
      try {
        contexts.put(
            action, reader.context(action, subject, null, resource, request.find("context")));
      } catch (Unreadable e) {
        // The context is of another action, so this one could not be asked about.
        if (!Problems.isDenial(e.refused().why())) throw e;
      }
    }
    return new Open(
        reader.question(principal, EntityUid.of("", ""), target, RecordValue.EMPTY),
        List.copyOf(contexts.keySet()),
        action ->
            reader.question(
                principal, action, target, contexts.getOrDefault(action, RecordValue.EMPTY)),
        action -> Json.of("name", Json.of(shortName(action, snapshot))));
  }

  private static String shortName(EntityUid action, Snapshot snapshot) {
    return ActionNames.find(snapshot.bundle().schema(), action.id()).equals(action)
        ? action.id()
        : action.toString();
  }

  private static Json entity(EntityUid uid) {
    var entity = new LinkedHashMap<String, Json>();
    entity.put("type", Json.of(uid.type()));
    entity.put("id", Json.of(uid.id()));
    return Json.of(entity);
  }

  private void write(HttpCall call, Search.Found found, Open open, Page page, Snapshot snapshot) {
    if (found.refused().isPresent()) {
      Refused refused = found.refused().get();
      call.refuse(refused);
      return;
    }
    var items = new ArrayList<Recorder.Item>();
    for (var one : found.answers())
      items.add(
          new Recorder.Item(one.answer(), call.call(Door.DOOR_AUTHZEN_SEARCH), asking.nextId()));
    asking.writeSearch(
        new Recorder.Searched(
            open.asked(),
            call.call(Door.DOOR_AUTHZEN_SEARCH),
            snapshot.dataRevision(),
            snapshot.bundle().marks()),
        items,
        outcome -> {
          if (outcome instanceof Outcome.Refused refused) {
            call.refuse(Asking.unavailable(refused));
          } else {
            for (int i = 0; i < items.size(); i++) {
              var item = items.get(i);
              asking.written(item.answer(), item.call(), item.id(), outcome, i); // counts it
            }
            call.end(200, json(found, open, page));
          }
        });
  }

  private static Json json(Search.Found found, Open open, Page page) {
    var results = new ArrayList<Json>();
    for (var one : found.answers()) results.add(open.shown().apply(one.found()));
    var paging = new LinkedHashMap<String, Json>();
    paging.put(
        "next_token",
        Json.of(found.more() ? token(found.answers().getLast().found(), page.tag()) : ""));
    paging.put("count", Json.of(results.size()));
    var body = new LinkedHashMap<String, Json>();
    body.put("results", Json.of(results));
    body.put("page", Json.of(paging));
    return Json.of(body);
  }

  private static Page page(String path, JsonObject request) throws Unreadable {
    // A token goes on with its own search alone.
    int tag =
        Arrays.hashCode(
            new @Nullable Object[] {
              path,
              text(request.find("subject")),
              text(request.find("action")),
              text(request.find("resource")),
              text(request.find("context"))
            });
    Json said = request.find("page");
    if (said == null || said instanceof Json.Null) return new Page(MAX_PAGE, "", tag);
    JsonObject page = AuthzenQuestion.object(said, "page");
    int limit = MAX_PAGE;
    Json wanted = page.find("limit");
    if (wanted instanceof Json.Int(var number, _, _) && number > 0)
      limit = (int) Math.min(number, MAX_PAGE);
    else if (wanted != null)
      throw new Unreadable(Why.MALFORMED_REQUEST, "page.limit", "expected a number from 1");
    Json token = page.find("token");
    if (token == null || (token instanceof Json.Str(var none, _, _) && none.isEmpty()))
      return new Page(limit, "", tag);
    return new Page(limit, after(token, tag), tag);
  }

  private static String text(@Nullable Json json) {
    return json == null ? "" : JsonWriter.compact(json);
  }

  private static String token(EntityUid last, int tag) {
    byte[] id = last.toString().getBytes(StandardCharsets.UTF_8);
    byte[] bytes = ByteBuffer.allocate(TAG_BYTES + id.length).putInt(tag).put(id).array();
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static String after(Json token, int tag) throws Unreadable {
    try {
      if (token instanceof Json.Str(var text, _, _)) {
        byte[] bytes = Base64.getUrlDecoder().decode(text);
        if (bytes.length > TAG_BYTES && ByteBuffer.wrap(bytes).getInt() == tag)
          return new String(bytes, TAG_BYTES, bytes.length - TAG_BYTES, StandardCharsets.UTF_8);
      }
    } catch (IllegalArgumentException e) {
      // falls through to the one message
    }
    throw new Unreadable(
        Why.MALFORMED_REQUEST, "page.token", "expected a token of an answer to the same search");
  }
}
