package dev.ostiary.sidecar.cli.cedar;

import dev.ostiary.cedar.PolicySet;
import dev.ostiary.cedar.format.PolicyText;
import dev.ostiary.cedar.json.JsonWriter;
import dev.ostiary.cedar.json.PolicySetJson;
import dev.ostiary.cedar.syntax.SourceException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ostiary cedar translate-policy}. */
@Command(
    name = "translate-policy",
    description = "Write policies in the other of their two notations, without comments.",
    mixinStandardHelpOptions = true)
final class TranslatePolicyCommand extends Action {
  @Option(
      names = "--direction",
      required = true,
      paramLabel = "DIRECTION",
      description = "cedar-to-json or json-to-cedar.")
  private Direction direction = Direction.CEDAR_TO_JSON;

  @Option(
      names = {"-p", "--policies"},
      paramLabel = "FILE",
      description = "The policies; standard input by default.")
  private @Nullable Path file;

  @Override
  int run(PrintWriter out) throws IOException, SourceException {
    var source = Input.read(file);
    switch (direction) {
      case CEDAR_TO_JSON -> {
        var set = PolicySet.parse(PolicySet.Ids.BY_ANNOTATION, List.of(source));
        var json =
            new PolicySetJson(
                List.copyOf(set.policies().values()),
                List.copyOf(set.templates().values()),
                List.of());
        out.println(JsonWriter.pretty(json.toJson()));
      }
      case JSON_TO_CEDAR -> {
        var set = PolicySetJson.read(source);
        var all = new ArrayList<>(set.staticPolicies());
        all.addAll(set.templates());
        out.println(PolicyText.of(all));
      }
    }
    return DONE;
  }
}
