package dev.ostiary.sidecar.cli.cedar;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.Evaluation;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.Request;
import dev.ostiary.cedar.schema.ConformanceException;
import dev.ostiary.cedar.syntax.PolicyParser;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceException;
import java.io.IOException;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code ostiary cedar evaluate}. */
@Command(
    name = "evaluate",
    description = "Evaluate a Cedar expression and print its value.",
    mixinStandardHelpOptions = true)
final class EvaluateCommand extends Action {
  private static final EntityUid NOBODY = EntityUid.of("Unspecified", "");

  @Mixin private SchemaOptions schema = new SchemaOptions();
  @Mixin private EntityOptions entities = new EntityOptions();
  @Mixin private RequestOptions request = new RequestOptions();

  @Parameters(paramLabel = "EXPRESSION", description = "Such as 'resource.owner == principal'.")
  private String expression = "";

  @Override
  int run(PrintWriter out) throws IOException, SourceException, ConformanceException {
    var expr = PolicyParser.expression(new Source("expression", expression));
    var schemaRead = schema.read();
    var asked =
        request.isEmpty()
            ? new Request(NOBODY, NOBODY, NOBODY, RecordValue.EMPTY)
            : request.read(schemaRead);
    return switch (Evaluation.of(expr, asked, entities.read(schemaRead))) {
      case Evaluation.Of(var value) -> {
        out.println(value);
        yield DONE;
      }
      case Evaluation.Failed(var error) -> {
        err().println(error);
        yield FAILED;
      }
    };
  }
}
