package dev.ostiary.sidecar.cli.cedar;

import dev.ostiary.cedar.Decision;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.Trace.Observation;
import dev.ostiary.cedar.explain.Explanation;
import dev.ostiary.cedar.explain.Mask;
import dev.ostiary.cedar.schema.ConformanceException;
import dev.ostiary.cedar.syntax.Expr;
import dev.ostiary.cedar.syntax.SourceException;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ostiary cedar explain}. */
@Command(
    name = "explain",
    description = {
      "Decide one request and say why, in a few lines.",
      "For a deny that no policy forbids: which permits were near, and what each would need."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:allow", "1:something given is wrong", "2:deny"},
    mixinStandardHelpOptions = true)
final class ExplainCommand extends Action {
  private static final int DENIED = 2;

  @Mixin private PolicyOptions policies = new PolicyOptions();
  @Mixin private SchemaOptions schema = new SchemaOptions();
  @Mixin private EntityOptions entities = new EntityOptions();
  @Mixin private RequestOptions request = new RequestOptions();

  @Option(
      names = "--mask",
      paramLabel = "TYPE[.ATTRIBUTE]",
      description =
          "Hide the values of an attribute, such as User.email, or of all of a type; * hides all.")
  private List<String> masked = List.of();

  @Override
  int run(PrintWriter out) throws IOException, SourceException, ConformanceException {
    var schemaRead = schema.read();
    var explanation =
        Explanation.of(request.read(schemaRead), policies.read(), entities.read(schemaRead));
    out.print(explanation.text(mask()));
    out.flush();
    return explanation.decision() == Decision.ALLOW ? DONE : DENIED;
  }

  private Mask mask() {
    if (masked.isEmpty()) return Mask.NONE;
    return observed -> isMasked(observed) ? Mask.ALL.show(observed) : Mask.NONE.show(observed);
  }

  private boolean isMasked(Observation observed) {
    if (masked.contains("*")) return true;
    if (observed.value() instanceof EntityUid uid && masked.contains(uid.type())) return true;
    Optional<String> type = observed.owner().map(EntityUid::type);
    return type.isPresent()
        && (masked.contains(type.get()) || isMasked(type.get(), observed.expr()));
  }

  /** Whether an attribute of the path from the entity to {@code expr} is masked. */
  private boolean isMasked(String type, Expr expr) {
    for (Expr e = expr; e instanceof Expr.GetAttribute(var argument, var name, _); e = argument)
      if (masked.contains(type + "." + name)) return true;
    return false;
  }
}
