package dev.ostiary.sidecar.door;

import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonObject;
import dev.ostiary.log.Outcome;
import dev.ostiary.record.v1.Door;
import dev.ostiary.sidecar.decide.Answer;
import dev.ostiary.sidecar.decide.Caller;
import dev.ostiary.sidecar.decide.Caller.Right;
import dev.ostiary.sidecar.decide.Refused;
import dev.ostiary.sidecar.decide.Refused.Why;
import dev.ostiary.sidecar.decide.Result;
import dev.ostiary.sidecar.decide.Snapshot;
import dev.ostiary.sidecar.record.Recorder;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * AuthZEN's Authorization API 1.0.
 *
 * @see <a href="https://openid.net/specs/authorization-api-1_0.html">Authorization API 1.0</a>
 */
final class AuthzenDoor {
  private static final String EVALUATION = "/access/v1/evaluation";
  private static final String EVALUATIONS = "/access/v1/evaluations";
  private static final String METADATA = "/.well-known/authzen-configuration";

  static final List<String> PATHS =
      List.of(
          EVALUATION,
          EVALUATIONS,
          AuthzenSearch.SUBJECT,
          AuthzenSearch.RESOURCE,
          AuthzenSearch.ACTION);

  private final Asking asking;
  private final int batch;
  private final Supplier<String> baseUrl;
  private final AuthzenSearch search;

  /** When a batch stops before its end. */
  private enum Semantic {
    EXECUTE_ALL,
    DENY_ON_FIRST_DENY,
    PERMIT_ON_FIRST_PERMIT;

    boolean stopsAfter(boolean allowed) {
      return switch (this) {
        case EXECUTE_ALL -> false;
        case DENY_ON_FIRST_DENY -> !allowed;
        case PERMIT_ON_FIRST_PERMIT -> allowed;
      };
    }
  }

  AuthzenDoor(Asking asking, int batch, Supplier<String> baseUrl) {
    this.asking = asking;
    this.batch = batch;
    this.baseUrl = baseUrl;
    this.search = new AuthzenSearch(asking);
  }

  /** Whether the request was for this door; then it is answered. */
  boolean answers(HttpCall call, Buffer body) {
    String path = call.path();
    if (path.equals(METADATA)) {
      if (isMethod(call, "GET")) call.end(200, metadata());
      return true;
    }
    if (!PATHS.contains(path)) return false;
    boolean decides = path.equals(EVALUATION) || path.equals(EVALUATIONS);
    if (!call.authenticated()) return true;
    if (!call.permitted(decides ? Right.AUTHZEN : Right.SEARCH)) return true;
    if (!isMethod(call, "POST")) return true;
    var snapshot = asking.snapshot();
    if (snapshot.isEmpty()) {
      call.refuse(Asking.noSnapshot());
      return true;
    }
    try {
      requireJson(call);
      JsonObject request = JsonBody.object(body.getBytes());
      switch (path) {
        case EVALUATION -> evaluation(call, request, snapshot.get());
        case EVALUATIONS -> evaluations(call, request, snapshot.get());
        default -> search.answer(call, path, request, snapshot.get());
      }
    } catch (Unreadable e) {
      call.refuse(e.refused());
    }
    return true;
  }

  private static boolean isMethod(HttpCall call, String method) {
    if (call.request().method().name().equals(method)) return true;
    call.answerHeader("Allow", method);
    call.count(Refused.of(Why.UNKNOWN_METHOD, "", "expected " + method));
    call.end(405, Json.of("title", Json.of("expected " + method)));
    return false;
  }

  static void requireJson(HttpCall call) throws Unreadable {
    String type = call.header("Content-Type");
    String essence = type == null ? "" : type.split(";", 2)[0].strip();
    if (!essence.toLowerCase(Locale.ROOT).equals("application/json"))
      throw new Unreadable(Why.MALFORMED_REQUEST, "Content-Type", "expected `application/json`");
  }

  private Json metadata() {
    String base = baseUrl.get();
    var metadata = new LinkedHashMap<String, Json>();
    metadata.put("policy_decision_point", Json.of(base));
    metadata.put("access_evaluation_endpoint", Json.of(base + EVALUATION));
    metadata.put("access_evaluations_endpoint", Json.of(base + EVALUATIONS));
    metadata.put("search_subject_endpoint", Json.of(base + AuthzenSearch.SUBJECT));
    metadata.put("search_resource_endpoint", Json.of(base + AuthzenSearch.RESOURCE));
    metadata.put("search_action_endpoint", Json.of(base + AuthzenSearch.ACTION));
    return Json.of(metadata);
  }

  private void evaluation(HttpCall call, JsonObject request, Snapshot snapshot) throws Unreadable {
    var reader = new AuthzenQuestion(call.caller(), asking.nowMillis(), snapshot);
    Result result;
    try {
      result =
          asking.decide(
              reader.read(
                  request.find("subject"),
                  request.find("action"),
                  request.find("resource"),
                  request.find("context")),
              call.caller(),
              Right.AUTHZEN,
              snapshot);
    } catch (Unreadable e) {
      if (!Problems.isDenial(e.refused().why())) throw e;
      result = e.refused();
    }
    answer(call, result);
  }

  private void answer(HttpCall call, Result result) {
    if (call.isAbandoned()) {
      call.gone();
      return;
    }
    asking.write(
        result,
        call.call(Door.DOOR_AUTHZEN_EVALUATION),
        reply -> {
          switch (reply) {
            case Asking.Reply.Answered(var written) ->
                call.end(200, AnswerJson.of(written.response()));
            case Asking.Reply.Without(var refused) -> deny(call, refused);
          }
        });
  }

  private static void deny(HttpCall call, Refused refused) {
    if (!Problems.isDenial(refused.why())) {
      call.refuse(refused);
      return;
    }
    call.count(refused);
    call.end(200, AnswerJson.denied(refused));
  }

  private void evaluations(HttpCall call, JsonObject request, Snapshot snapshot) throws Unreadable {
    Json said = request.find("evaluations");
    if (said == null || (said instanceof Json.Arr(var none, _, _) && none.isEmpty())) {
      evaluation(call, request, snapshot);
      return;
    }
    if (!(said instanceof Json.Arr(var asked, _, _)))
      throw new Unreadable(Why.MALFORMED_REQUEST, "evaluations", "expected an array");
    if (asked.size() > batch)
      throw new Unreadable(
          Why.REQUEST_TOO_LARGE, "evaluations", "expected at most " + batch + " questions");
    Semantic semantic = semantic(request.find("options"));
    var reader = new AuthzenQuestion(call.caller(), asking.nowMillis(), snapshot);
    // An answer stands at its place once the record that holds all of them is written.
    var answers = new ArrayList<@Nullable Json>();
    var items = new ArrayList<Recorder.Item>();
    for (Json each : asked) {
      boolean allowed = false;
      switch (decide(reader, request, each, call.caller(), snapshot)) {
        case Answer answer -> {
          items.add(
              new Recorder.Item(answer, call.call(Door.DOOR_AUTHZEN_EVALUATIONS), asking.nextId()));
          answers.add(null);
          allowed = answer.allowed();
        }
        case Refused refused -> {
          if (Problems.isOwnFault(refused.why()) && refused.why() != Why.CALLER_NOT_PERMITTED) {
            call.refuse(refused);
            return;
          }
          call.count(refused);
          answers.add(AnswerJson.denied(refused));
        }
      }
      if (semantic.stopsAfter(allowed)) break;
    }
    if (call.isAbandoned()) call.gone();
    else if (items.isEmpty()) call.end(200, Json.of("evaluations", Json.of(complete(answers))));
    else asking.writeBatch(items, outcome -> end(call, answers, items, outcome));
  }

  private Result decide(
      AuthzenQuestion reader, JsonObject defaults, Json each, Caller caller, Snapshot snapshot) {
    try {
      JsonObject item = AuthzenQuestion.object(each, "evaluations");
      return asking.decide(
          reader.read(
              either(item, defaults, "subject"),
              either(item, defaults, "action"),
              either(item, defaults, "resource"),
              either(item, defaults, "context")),
          caller,
          Right.AUTHZEN,
          snapshot);
    } catch (Unreadable e) {
      return e.refused();
    }
  }

  /** A default is replaced as a whole, never merged. */
  private static @Nullable Json either(JsonObject item, JsonObject defaults, String name) {
    Json own = item.find(name);
    return own == null ? defaults.find(name) : own;
  }

  private static Semantic semantic(@Nullable Json options) throws Unreadable {
    Json said = options instanceof JsonObject object ? object.find("evaluations_semantic") : null;
    if (said == null) return Semantic.EXECUTE_ALL;
    for (Semantic semantic : Semantic.values()) {
      if (said instanceof Json.Str(var name, _, _)
          && name.equals(semantic.name().toLowerCase(Locale.ROOT))) return semantic;
    }
    throw new Unreadable(
        Why.MALFORMED_REQUEST,
        "options.evaluations_semantic",
        "expected `execute_all`, `deny_on_first_deny` or `permit_on_first_permit`");
  }

  private void end(
      HttpCall call, List<@Nullable Json> answers, List<Recorder.Item> items, Outcome outcome) {
    if (outcome instanceof Outcome.Refused refused) {
      call.refuse(Asking.unavailable(refused));
      return;
    }
    int position = 0;
    for (int i = 0; i < items.size(); i++) {
      while (answers.get(position) != null) position++;
      var item = items.get(i);
      answers.set(
          position,
          AnswerJson.of(
              asking.written(item.answer(), item.call(), item.id(), outcome, i).response()));
    }
    call.end(200, Json.of("evaluations", Json.of(complete(answers))));
  }

  private static List<Json> complete(List<@Nullable Json> answers) {
    var complete = new ArrayList<Json>(answers.size());
    for (Json answer : answers) if (answer != null) complete.add(answer);
    return complete;
  }
}
