package dev.ostiary.sidecar.cli.cedar;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Command;

/** {@code ostiary cedar batch}. */
@Command(
    name = "batch",
    description = {
      "Answer cases from standard input, one JSON object a line, with one JSON object a line.",
      "The members are those of the conformance cases."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:every line was answered", "1:some line was no case"},
    mixinStandardHelpOptions = true)
final class BatchCommand extends Action {
  @Override
  int run(PrintWriter ignored) throws IOException {
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    var out = new PrintWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8), false);
    boolean all = Batch.run(in, out);
    out.flush();
    return all ? DONE : FAILED;
  }
}
