package dev.ostiary.benchmarks;

import dev.ostiary.cedar.Decision;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.PolicySet;
import dev.ostiary.cedar.Request;
import dev.ostiary.cedar.json.EntitiesJson;
import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonObject;
import dev.ostiary.cedar.json.RequestJson;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

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
      // Requests come last, as they do to a service.
      var policies =
          PolicySet.parse(
              PolicySet.Ids.BY_ANNOTATION, List.of(source("policies_" + size + ".cedar")));
      var entities = EntitiesJson.load(source("entities.json"));
      var requests = new ArrayList<Request>();
      var expected = new ArrayList<Decision>();
      for (var line : source("requests.jsonl").text().lines().toList()) {
        var row = new Source("requests.jsonl", line);
        var json = (JsonObject) Json.parse(row);
        requests.add(request(row, json));
        var expect = (JsonObject) member(json, "expect");
        boolean allow = ((Json.Bool) member(expect, size)).value();
        expected.add(allow ? Decision.ALLOW : Decision.DENY);
      }
      return new Workload(policies, entities, List.copyOf(requests), expected);
    });
  }

  /** One of its files. */
  Source source(String name) {
    try {
      return new Source(name, Files.readString(directory.resolve(name)));
    } catch (IOException absent) {
      throw new UncheckedIOException("run benchmarks/peers/gen.py first", absent);
    }
  }

  private static Request request(Source source, JsonObject json) throws SourceException {
    return new Request(
        EntityUid.of("User", text(json, "principal")),
        EntityUid.of("Action", text(json, "action")),
        EntityUid.of(text(json, "rtype"), text(json, "resource")),
        RequestJson.context(source, member(json, "context")));
  }

  private static Json member(JsonObject object, String name) {
    return Objects.requireNonNull(object.find(name), name);
  }

  private static String text(JsonObject object, String name) {
    return ((Json.Str) member(object, name)).value();
  }
}
