package dev.ostiary.sidecar.door;

import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonObject;
import dev.ostiary.record.v1.Door;
import dev.ostiary.sidecar.bundle.Template;
import dev.ostiary.sidecar.bundle.Webhook;
import dev.ostiary.sidecar.decide.Caller.Right;
import dev.ostiary.sidecar.decide.Question;
import dev.ostiary.sidecar.decide.Refused;
import dev.ostiary.sidecar.decide.Refused.Why;
import dev.ostiary.sidecar.decide.Result;
import dev.ostiary.sidecar.decide.Snapshot;
import dev.ostiary.v1.Decision;
import io.vertx.core.buffer.Buffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Questions in the shape of OPA's data API, for services that have a webhook for it. What a
 * document asks is said by the bundle's {@code webhooks}.
 *
 * @see <a href="https://www.openpolicyagent.org/docs/rest-api#data-api">Data API</a>
 */
final class OpaDoor {
  private static final String PREFIX = "/v1/data/";

  private final Asking asking;

  OpaDoor(Asking asking) {
    this.asking = asking;
  }

  /** Whether the request was for this door; then it is answered. */
  boolean answers(HttpCall call, Buffer body) {
    if (!call.path().startsWith(PREFIX)) return false;
    if (!call.authenticated() || !call.permitted(Right.OPA)) return true;
    var snapshot = asking.snapshot();
    if (snapshot.isEmpty()) {
      call.refuse(Asking.noSnapshot());
      return true;
    }
    String path = call.path().substring(PREFIX.length());
    List<Webhook> webhooks = snapshot.get().bundle().settings().webhooks();
    Optional<Webhook> form = Webhook.at(path, webhooks);
    if (form.isEmpty() || !call.request().method().name().equals("POST")) {
      call.refuse(Refused.of(Why.UNKNOWN_METHOD, "", "the bundle has no webhook at this path"));
      return true;
    }
    Result result;
    try {
      result = decide(call, path, webhooks, body, snapshot.get());
    } catch (Unreadable e) {
      result = e.refused();
    }
    write(call, form.get(), result);
    return true;
  }

  private Result decide(
      HttpCall call, String path, List<Webhook> webhooks, Buffer body, Snapshot snapshot)
      throws Unreadable {
    JsonObject document = JsonBody.object(body.getBytes());
    var reader =
        new MappedQuestion(
            snapshot, call.caller(), Right.VOUCH_OPA, asking.nowMillis(), new Document(document));
    for (Webhook webhook : webhooks) {
      if (!webhook.path().equals(path) || !reader.holds(webhook.ask().when())) continue;
      Optional<Question> question = reader.question(webhook.ask().question());
      if (question.isPresent())
        return asking.decide(question.get(), call.caller(), Right.OPA, snapshot);
    }
    return Refused.of(Why.UNKNOWN_ROUTE, "", "no webhook of the bundle fits the document");
  }

  private record Document(JsonObject document) implements MappedQuestion.Places {
    @Override
    public @Nullable String text(Template.Taken place) {
      Json found = json(place);
      return found == null ? null : JsonPointer.text(found).orElse(null);
    }

    @Override
    public @Nullable Json json(Template.Taken place) {
      return JsonPointer.find(document, place.name()).orElse(null);
    }
  }

  private void write(HttpCall call, Webhook form, Result result) {
    if (call.isAbandoned()) {
      call.gone();
      return;
    }
    asking.write(
        result,
        call.call(Door.DOOR_OPA),
        reply -> {
          switch (reply) {
            case Asking.Reply.Answered(var written) -> {
              var response = written.response();
              call.end(
                  200,
                  json(
                      form,
                      response.getDecision() == Decision.DECISION_ALLOW,
                      response.getDecisionId()));
            }
            case Asking.Reply.Without(var refused) -> {
              if (Problems.isOwnFault(refused.why())) {
                call.refuse(refused);
              } else {
                call.count(refused);
                call.end(200, json(form, false, ""));
              }
            }
          }
        });
  }

  private static Json json(Webhook form, boolean allowed, String id) {
    var answer = new LinkedHashMap<String, Json>();
    if (!id.isEmpty()) answer.put("decision_id", Json.of(id));
    Json result = Json.of(allowed);
    answer.put("result", form.result().map(name -> Json.of(name, result)).orElse(result));
    return Json.of(answer);
  }
}
