package dev.ostiary.sidecar.cli.cedar;

import dev.ostiary.cedar.Decision;
import dev.ostiary.cedar.EntitiesException;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.format.PolicyText;
import dev.ostiary.cedar.json.PartialEntitiesJson;
import dev.ostiary.cedar.json.RequestJson;
import dev.ostiary.cedar.partial.PartialAuthorizer;
import dev.ostiary.cedar.partial.PartialEntities;
import dev.ostiary.cedar.partial.PartialRequest;
import dev.ostiary.cedar.partial.PartialUid;
import dev.ostiary.cedar.partial.ResidualPolicy.Verdict;
import dev.ostiary.cedar.schema.ConformanceException;
import dev.ostiary.cedar.syntax.PolicyParser;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceException;
import dev.ostiary.sidecar.cli.UserException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
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
      "A principal or resource without id is open; so is the context, if none is given."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:allow", "1:something given is wrong", "2:deny", "4:it depends"},
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
      required = true,
      paramLabel = "UID",
      description = "The action.")
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
      description = "The context as JSON.")
  private @Nullable Path context;

  @Option(
      names = "--entities",
      paramLabel = "FILE",
      description = "Entities as JSON; attrs, tags or parents that are not there are unknown.")
  private @Nullable Path entities;

  @Override
  int run(PrintWriter out)
      throws IOException, SourceException, ConformanceException, EntitiesException {
    var read = schema.read().orElseThrow(() -> new UserException("what is open needs --schema"));
    EntityUid actionUid = PolicyParser.entityUid(new Source("--action", action));
    Optional<RecordValue> given =
        context == null
            ? Optional.empty()
            : Optional.of(RequestJson.context(Input.read(context), read, actionUid));
    var request =
        new PartialRequest(
            uid("--principal", principal), actionUid, uid("--resource", resource), given);
    var known =
        entities == null
            ? PartialEntities.of(List.of(), read)
            : PartialEntitiesJson.load(Input.read(entities), read);
    var response = new PartialAuthorizer(read).isAuthorized(request, policies.read(), known);
    out.println(response.decision().map(Decision::toString).orElse("UNKNOWN"));
    for (var each : response.policies())
      if (each.verdict() == Verdict.OPEN)
        out.println("\n// " + each.policy().id() + "\n" + PolicyText.of(each.toPolicy()));
    return response.decision().map(d -> d == Decision.ALLOW ? DONE : DENIED).orElse(UNKNOWN);
  }

  private static PartialUid uid(String option, String text) throws SourceException {
    return text.contains("\"")
        ? PartialUid.of(PolicyParser.entityUid(new Source(option, text)))
        : PartialUid.ofType(text);
  }
}
