package dev.ostiary.sidecar.cli.cedar;

import dev.ostiary.cedar.Decision;
import dev.ostiary.cedar.Entities;
import dev.ostiary.cedar.EntitiesException;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.format.PolicyText;
import dev.ostiary.cedar.json.EntitiesJson;
import dev.ostiary.cedar.json.PartialEntitiesJson;
import dev.ostiary.cedar.json.RequestJson;
import dev.ostiary.cedar.partial.PartialAuthorizer;
import dev.ostiary.cedar.partial.PartialEntities;
import dev.ostiary.cedar.partial.PartialRequest;
import dev.ostiary.cedar.partial.PartialUid;
import dev.ostiary.cedar.partial.ResidualPolicy.Verdict;
import dev.ostiary.cedar.schema.ConformanceException;
import dev.ostiary.cedar.schema.Schema;
import dev.ostiary.cedar.syntax.PolicyParser;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceException;
import dev.ostiary.sidecar.cli.UserException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ostiary cedar partial}. */
@Command(
    name = "partial",
    description = {
      "Decide a request of which something is left open, and print what is left of each policy.",
      "A principal or resource without id is open; so is the context, if none is given.",
      "With --query: which principals, resources or actions, of the entities given, are allowed."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:allow",
      "1:something given is wrong",
      "2:deny, or a query finds none",
      "4:it depends"
    },
    mixinStandardHelpOptions = true)
final class PartialCommand extends Action {
  private static final int DENIED = 2;
  private static final int UNKNOWN = 4;

  @Mixin private PolicyOptions policies = new PolicyOptions();
  @Mixin private SchemaOptions schema = new SchemaOptions();

  @Option(
      names = {"-l", "--principal"},
      required = true,
      paramLabel = "TYPE|UID",
      description = "The principal, or its type alone: User.")
  private String principal = "";

  @Option(
      names = {"-a", "--action"},
      paramLabel = "UID",
      description = "The action; not needed with --query actions.")
  private String action = "";

  @Option(
      names = {"-r", "--resource"},
      required = true,
      paramLabel = "TYPE|UID",
      description = "The resource, or its type alone.")
  private String resource = "";

  @Option(
      names = {"-c", "--context"},
      paramLabel = "FILE",
      description = "The context as JSON. With --query actions: that of each action it fits.")
  private @Nullable Path context;

  @Option(
      names = "--entities",
      paramLabel = "FILE",
      description = "Entities as JSON; attrs, tags or parents that are not there are unknown.")
  private @Nullable Path entities;

  @Option(
      names = "--query",
      paramLabel = "WHAT",
      description = "${COMPLETION-CANDIDATES}: print those that are allowed, one a line.")
  private @Nullable Query query;

  enum Query {
    principals,
    resources,
    actions
  }

  @Override
  int run(PrintWriter out)
      throws IOException, SourceException, ConformanceException, EntitiesException {
    var read = schema.read().orElseThrow(() -> new UserException("what is open needs --schema"));
    return switch (query) {
      case null -> decide(read, out);
      case principals, resources -> search(query, read, out);
      case actions -> actions(read, out);
    };
  }

  private int search(Query what, Schema read, PrintWriter out)
      throws IOException, SourceException, ConformanceException, EntitiesException {
    var actionUid = action();
    var given = context(read, actionUid).orElse(RecordValue.EMPTY);
    var known = entities == null ? Entities.EMPTY : EntitiesJson.load(Input.read(entities), read);
    var authorizer = new PartialAuthorizer(read);
    var found =
        what == Query.principals
            ? authorizer.principals(
                type("--principal", principal),
                actionUid,
                entity("--resource", resource),
                given,
                policies.read(),
                known)
            : authorizer.resources(
                entity("--principal", principal),
                actionUid,
                type("--resource", resource),
                given,
                policies.read(),
                known);
    found.forEach(out::println);
    return found.isEmpty() ? DENIED : DONE;
  }

  private int actions(Schema read, PrintWriter out) throws IOException, SourceException {
    Optional<Map<EntityUid, RecordValue>> given =
        context == null
            ? Optional.empty()
            : Optional.of(RequestJson.contexts(Input.read(context), read));
    var found =
        new PartialAuthorizer(read)
            .actions(
                uid("--principal", principal),
                uid("--resource", resource),
                given,
                policies.read(),
                known(read));
    found.forEach(
        (uid, decision) -> out.println(decision.isPresent() ? uid.toString() : uid + " UNKNOWN"));
    return found.isEmpty() ? DENIED : DONE;
  }

  private EntityUid action() throws SourceException {
    if (action.isEmpty()) throw new UserException("give --action");
    return PolicyParser.entityUid(new Source("--action", action));
  }

  private Optional<RecordValue> context(Schema read, EntityUid actionUid)
      throws IOException, SourceException {
    return context == null
        ? Optional.empty()
        : Optional.of(RequestJson.context(Input.read(context), read, actionUid));
  }

  private PartialEntities known(Schema read) throws IOException, SourceException {
    try {
      return entities == null
          ? PartialEntities.of(List.of(), read)
          : PartialEntitiesJson.load(Input.read(entities), read);
    } catch (ConformanceException | EntitiesException impossible) {
      throw new AssertionError("no entities fit any schema", impossible);
    }
  }

  private int decide(Schema read, PrintWriter out)
      throws IOException, SourceException, ConformanceException {
    var actionUid = action();
    var request =
        new PartialRequest(
            uid("--principal", principal),
            actionUid,
            uid("--resource", resource),
            context(read, actionUid));
    var response = new PartialAuthorizer(read).isAuthorized(request, policies.read(), known(read));
    out.println(response.decision().map(Decision::toString).orElse("UNKNOWN"));
    for (var each : response.policies())
      if (each.verdict() == Verdict.OPEN)
        out.println("\n// " + each.policy().id() + "\n" + PolicyText.of(each.toPolicy()));
    return response.decision().map(d -> d == Decision.ALLOW ? DONE : DENIED).orElse(UNKNOWN);
  }

  private static PartialUid uid(String option, String text) throws SourceException {
    return isEntity(text)
        ? PartialUid.of(entity(option, text))
        : PartialUid.ofType(type(option, text));
  }

  private static boolean isEntity(String text) {
    return text.contains("\"");
  }

  private static EntityUid entity(String option, String text) throws SourceException {
    return PolicyParser.entityUid(new Source(option, text));
  }

  private static String type(String option, String text) {
    if (isEntity(text))
      throw new UserException("for this query " + option + " is a type, no entity");
    return text;
  }
}
