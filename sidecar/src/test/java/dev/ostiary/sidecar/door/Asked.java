package dev.ostiary.sidecar.door;

import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonObject;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.sidecar.Served;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Objects;

/** Questions over HTTP, for tests. */
final class Asked implements AutoCloseable {
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final String base;

  Asked(Served served) {
    this.base = "http://" + served.sidecar().httpAddress().orElseThrow();
  }

  HttpResponse<String> post(String path, String body, String... headers) throws Exception {
    return send(
        request(path, headers)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  HttpResponse<String> get(String path, String... headers) throws Exception {
    return send(request(path, headers).GET());
  }

  HttpRequest.Builder request(String path, String... headers) {
    var request = HttpRequest.newBuilder(URI.create(base + path)).timeout(Duration.ofSeconds(30));
    if (headers.length > 0) request.headers(headers);
    return request;
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  static JsonObject object(String text) throws Exception {
    return (JsonObject) Json.parse(new Source("answer", text));
  }

  static Json member(Json json, String... path) {
    for (String name : path)
      json = Objects.requireNonNull(((JsonObject) json).find(name), name + " in " + json);
    return json;
  }

  static boolean decision(HttpResponse<String> response) throws Exception {
    return ((Json.Bool) member(object(response.body()), "decision")).value();
  }

  @Override
  public void close() {
    client.close();
  }
}
