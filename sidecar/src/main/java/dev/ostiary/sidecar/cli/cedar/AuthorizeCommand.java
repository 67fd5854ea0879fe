package dev.ostiary.sidecar.cli.cedar;

import dev.ostiary.cedar.Authorizer;
import dev.ostiary.cedar.Decision;
import dev.ostiary.cedar.schema.ConformanceException;
import dev.ostiary.cedar.syntax.SourceException;
import java.io.IOException;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ostiary cedar authorize}. */
@Command(
    name = "authorize",
    description = "Decide one request.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:allow", "1:something given is wrong", "2:deny"},
    mixinStandardHelpOptions = true)
final class AuthorizeCommand extends Action {
  private static final int DENIED = 2;

  @Mixin private PolicyOptions policies = new PolicyOptions();
  @Mixin private SchemaOptions schema = new SchemaOptions();
  @Mixin private EntityOptions entities = new EntityOptions();
  @Mixin private RequestOptions request = new RequestOptions();

  @Option(
      names = {"-v", "--verbose"},
      description = "Print the determining policies, too.")
  private boolean verbose;

  @Option(
      names = {"-t", "--timing"},
      description = "Print how long the decision took.")
  private boolean timing;

  @Override
  int run(PrintWriter out) throws IOException, SourceException, ConformanceException {
    var schemaRead = schema.read();
    var asked = request.read(schemaRead);
    var policySet = policies.read();
    var known = entities.read(schemaRead);
    long start = System.nanoTime();
    var response = Authorizer.isAuthorized(asked, policySet, known);
    long micros = (System.nanoTime() - start) / 1_000;
    if (timing) out.println("Authorization Time (micro seconds) : " + micros);
    out.println(response.decision());
    for (var error : response.errors()) err().println("policy " + error);
    if (verbose) {
      out.println();
      if (response.reasons().isEmpty()) out.println("note: no policies applied to this request");
      else out.println("note: this decision was due to the following policies:");
      for (var policy : response.reasons()) out.println("  " + policy.id());
    }
    return response.decision() == Decision.ALLOW ? DONE : DENIED;
  }
}
