package dev.ostiary.sidecar.cli.cedar;

import dev.ostiary.cedar.PolicySet;
import dev.ostiary.cedar.schema.Schema;
import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.cedar.syntax.SourceException;
import dev.ostiary.cedar.validate.ValidationMode;
import dev.ostiary.cedar.validate.ValidationResult;
import dev.ostiary.cedar.validate.Validator;
import dev.ostiary.sidecar.cli.UserException;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ostiary cedar validate}. */
@Command(
    name = "validate",
    description = "Say whether policies fit a schema.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:they do", "1:something given is wrong", "3:they do not"},
    mixinStandardHelpOptions = true)
final class ValidateCommand extends Action {
  private static final int INVALID = 3;

  @Mixin private PolicyOptions policies = new PolicyOptions();
  @Mixin private SchemaOptions schema = new SchemaOptions();

  @Option(names = "--deny-warnings", description = "Treat warnings as errors.")
  private boolean denyWarnings;

  @Option(
      names = "--validation-mode",
      paramLabel = "MODE",
      defaultValue = "strict",
      description = "${COMPLETION-CANDIDATES}; ${DEFAULT-VALUE} by default.")
  private Mode mode = Mode.strict;

  @Option(
      names = "--level",
      paramLabel = "N",
      description = "Refuse policies that read more than N entities in a row.")
  private @Nullable Integer level;

  enum Mode {
    strict,
    permissive
  }

  @Override
  int run(PrintWriter out) throws IOException, SourceException {
    var read = schema.read().orElseThrow(() -> new UserException("validation needs --schema"));
    var result = validate(read, policies.read());
    for (var error : result.errors()) err().println("error: " + error);
    for (var warning : result.warnings()) err().println("warning: " + warning);
    if (!result.passed() || (denyWarnings && !result.warnings().isEmpty())) return INVALID;
    out.println("policy set validation passed");
    return DONE;
  }

  private ValidationResult validate(Schema read, PolicySet set) {
    var validator = new Validator(read);
    var how = mode == Mode.strict ? ValidationMode.STRICT : ValidationMode.PERMISSIVE;
    var written = written(set);
    var links = set.links().values();
    return level == null
        ? validator.validate(written, links, how)
        : validator.validate(written, links, how, level);
  }

  /** Static policies and templates: what links make of templates is not written. */
  static List<Policy> written(PolicySet set) {
    var written = new ArrayList<Policy>();
    for (var policy : set.policies().values())
      if (!set.links().containsKey(policy.id())) written.add(policy);
    written.addAll(set.templates().values());
    return written;
  }
}
