package dev.ostiary.benchmarks;

import dev.ostiary.cedar.BoolValue;
import dev.ostiary.cedar.Decision;
import dev.ostiary.cedar.Entities;
import dev.ostiary.cedar.Entity;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.LongValue;
import dev.ostiary.cedar.PolicySet;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.Request;
import dev.ostiary.cedar.SetValue;
import dev.ostiary.cedar.StringValue;
import dev.ostiary.cedar.Value;
import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonObject;
import dev.ostiary.cedar.json.JsonReader;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;

/**
 * The workload that {@code peers/gen.py} makes and all engines are compared on.
 *
 * @param directory where it was written
 */
public record PeersWorkload(Path directory) {
  /** Where {@code gen.py} writes by default: {@code PEERS_DATA}, or a cache of the user's. */
  public static PeersWorkload standard() {
    var named = System.getenv("PEERS_DATA");
    return new PeersWorkload(
        named != null
            ? Path.of(named)
            : Path.of(System.getProperty("user.home"), ".cache", "peers-bench", "data"));
  }

  /**
   * Reads one size of it.
   *
   * @param size {@code S}, {@code M} or {@code L}
   */
  public Workload read(String size) {
    return Workload.loaded(() -> {
      var requests = new ArrayList<Request>();
      var expected = new ArrayList<Decision>();
      for (var line : source("requests.jsonl").text().lines().toList()) {
        var json = object(Json.parse(new Source("requests.jsonl", line)));
        requests.add(request(json));
        boolean allow = bool(member(object(member(json, "expect")), size));
        expected.add(allow ? Decision.ALLOW : Decision.DENY);
      }
      return new Workload(policies(size), entities(), List.copyOf(requests), expected);
    });
  }

  private PolicySet policies(String size) throws SourceException {
    var source = source("policies_" + size + ".cedar");
    return PolicySet.parse(PolicySet.Ids.BY_ANNOTATION, List.of(source));
  }

  private Entities entities() throws SourceException, dev.ostiary.cedar.EntitiesException {
    var entities = new ArrayList<Entity>();
    new JsonReader(source("entities.json"), 100)
        .elements(element -> entities.add(entity(object(element))));
    return Entities.of(entities);
  }

  private Source source(String name) {
    try {
      return new Source(name, Files.readString(directory.resolve(name)));
    } catch (IOException absent) {
      throw new UncheckedIOException("run benchmarks/peers/gen.py first", absent);
    }
  }

  private static Request request(JsonObject json) {
    return new Request(
        EntityUid.of("User", text(member(json, "principal"))),
        EntityUid.of("Action", text(member(json, "action"))),
        EntityUid.of(text(member(json, "rtype")), text(member(json, "resource"))),
        record(object(member(json, "context"))));
  }

  private static Entity entity(JsonObject json) {
    var parents = new HashSet<EntityUid>();
    for (var parent : ((Json.Arr) member(json, "parents")).elements()) parents.add(uid(parent));
    return new Entity(
        uid(member(json, "uid")),
        record(object(member(json, "attrs"))),
        RecordValue.EMPTY,
        parents);
  }

  private static RecordValue record(JsonObject json) {
    var attributes = new TreeMap<String, Value>();
    for (int i = 0; i < json.size(); i++) attributes.put(json.name(i), value(json.value(i)));
    return RecordValue.of(attributes);
  }

  private static Value value(Json json) {
    return switch (json) {
      case Json.Str(String value, _, _) -> new StringValue(value);
      case Json.Int(long value, _, _) -> new LongValue(value);
      case Json.Bool(boolean value, _, _) -> BoolValue.of(value);
      case Json.Arr(List<Json> elements, _, _) ->
          SetValue.of(elements.stream().map(PeersWorkload::value).toList());
      case JsonObject object -> {
        var entity = object.find("__entity");
        yield entity == null ? record(object) : uid(entity);
      }
      case Json.Num _, Json.Null _ -> throw new IllegalArgumentException("no Cedar value: " + json);
    };
  }

  private static EntityUid uid(Json json) {
    var object = object(json);
    return EntityUid.of(text(member(object, "type")), text(member(object, "id")));
  }

  private static Json member(JsonObject object, String name) {
    return Objects.requireNonNull(object.find(name), name);
  }

  private static JsonObject object(Json json) {
    return (JsonObject) json;
  }

  private static String text(Json json) {
    return ((Json.Str) json).value();
  }

  private static boolean bool(Json json) {
    return ((Json.Bool) json).value();
  }
}
