package dev.ostiary.sidecar.cli.cedar;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.Request;
import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonObject;
import dev.ostiary.cedar.json.RequestJson;
import dev.ostiary.cedar.schema.ConformanceException;
import dev.ostiary.cedar.schema.Schema;
import dev.ostiary.cedar.syntax.PolicyParser;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceException;
import dev.ostiary.sidecar.cli.UserException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a request is made of. */
final class RequestOptions {
  @Option(
      names = {"-l", "--principal"},
      paramLabel = "UID",
      description = "The principal, such as User::\"ann\".")
  private @Nullable String principal;

  @Option(
      names = {"-a", "--action"},
      paramLabel = "UID",
      description = "The action, such as Action::\"view\".")
  private @Nullable String action;

  @Option(
      names = {"-r", "--resource"},
      paramLabel = "UID",
      description = "The resource, such as Doc::\"plan\".")
  private @Nullable String resource;

  @Option(
      names = {"-c", "--context"},
      paramLabel = "FILE",
      description = "The context as JSON; empty by default.")
  private @Nullable Path context;

  @Option(
      names = "--request-json",
      paramLabel = "FILE",
      description = "All four in one JSON object, the uids as strings.")
  private @Nullable Path json;

  @Option(
      names = "--request-validation",
      paramLabel = "BOOL",
      arity = "0..1",
      defaultValue = "true",
      fallbackValue = "true",
      description = "Whether the request must fit the schema; ${DEFAULT-VALUE} by default.")
  private boolean validate = true;

  /** The request, checked against the schema where there is one. */
  Request read(Optional<Schema> schema) throws IOException, SourceException, ConformanceException {
    if (json != null) readJson(Input.read(json));
    var actionUid = uid("action", action);
    var request =
        new Request(
            uid("principal", principal),
            actionUid,
            uid("resource", resource),
            context(schema, actionUid));
    if (validate && schema.isPresent()) schema.get().check(request);
    return request;
  }

  private @Nullable Source contextInJson;

  private void readJson(Source source) throws SourceException {
    if (!(Json.parse(source) instanceof JsonObject object))
      throw new UserException("expected a JSON object in `" + source.name() + "`");
    principal = text(object, "principal", principal);
    action = text(object, "action", action);
    resource = text(object, "resource", resource);
    Json given = object.find("context");
    if (given != null) contextInJson = new Source(source.name(), given.span(source).text());
  }

  private static @Nullable String text(JsonObject object, String name, @Nullable String otherwise) {
    return object.find(name) instanceof Json.Str(var text, _, _) ? text : otherwise;
  }

  private static EntityUid uid(String name, @Nullable String text) throws SourceException {
    if (text == null) throw new UserException("the request has no " + name + "; give --" + name);
    return PolicyParser.entityUid(new Source("--" + name, text));
  }

  private RecordValue context(Optional<Schema> schema, EntityUid action)
      throws IOException, SourceException {
    Source source = context != null ? Input.read(context) : contextInJson;
    if (source == null) source = new Source("context", "{}");
    if (schema.isEmpty()) return RequestJson.context(source);
    return validate
        ? RequestJson.context(source, schema.get(), action)
        : RequestJson.uncheckedContext(source, schema.get(), action);
  }

  /** Whether nothing was given. */
  boolean isEmpty() {
    return principal == null
        && action == null
        && resource == null
        && context == null
        && json == null;
  }
}
