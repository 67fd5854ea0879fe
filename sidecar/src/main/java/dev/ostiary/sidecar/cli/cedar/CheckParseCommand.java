package dev.ostiary.sidecar.cli.cedar;

import dev.ostiary.cedar.syntax.PolicyParser;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceException;
import java.io.IOException;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ostiary cedar check-parse}. */
@Command(
    name = "check-parse",
    description = {
      "Say whether what is given reads without error.",
      "Without options: policies from standard input."
    },
    mixinStandardHelpOptions = true)
final class CheckParseCommand extends Action {
  @Mixin private PolicyOptions policies = new PolicyOptions();
  @Mixin private SchemaOptions schema = new SchemaOptions();
  @Mixin private EntityOptions entities = new EntityOptions();

  @Option(names = "--expression", paramLabel = "EXPRESSION", description = "An expression.")
  private @Nullable String expression;

  @Override
  int run(PrintWriter out) throws IOException, SourceException {
    var schemaRead = schema.read();
    boolean nothing = expression == null && !schema.isGiven() && !entities.isGiven();
    if (policies.isGiven() || nothing) policies.read();
    if (expression != null) PolicyParser.expression(new Source("expression", expression));
    entities.read(schemaRead);
    return DONE;
  }
}
