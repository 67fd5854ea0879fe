package dev.ostiary.sidecar.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.sidecar.config.Key;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

final class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void everyCommandHasHelpThatDescribesEveryOptionAndArgument() {
    for (var spec : specs(Main.commandLine().getCommandSpec())) {
      var words = new ArrayList<>(List.of(spec.qualifiedName().split(" ")));
      words.removeFirst();
      if (words.contains("help")) continue;
      words.add("--help");
      assertEquals(0, run(words.toArray(String[]::new)), spec.qualifiedName());
      assertTrue(out.toString().contains(spec.qualifiedName()), out.toString());
      assertFalse(
          String.join("", spec.usageMessage().description()).isBlank(), spec.qualifiedName());
      for (var argument : spec.args())
        assertFalse(
            String.join("", argument.description()).isBlank(),
            spec.qualifiedName() + " " + argument.paramLabel());
    }
  }

  @Test
  void anUnknownFlagIsNamedWithWhatWasProbablyMeant() {
    assertEquals(2, run("serve", "--bundel", "x"));
    assertTrue(err.toString().startsWith("ostiary: Unknown option"), err.toString());
    assertTrue(err.toString().contains("--bundle"), err.toString());
    assertFalse(err.toString().contains("at dev.ostiary"), err.toString());
  }

  @Test
  void anUnknownCommandIsNamedWithWhatWasProbablyMeant() {
    assertEquals(2, run("sevre"));
    assertTrue(err.toString().contains("serve"), err.toString());
  }

  @Test
  void aWrongValueIsOneLineThatNamesTheFlag() {
    assertEquals(2, run("serve", "--grpc", "0.0.0.0:7470"));
    assertEquals(
        "ostiary: --grpc: expected a loopback address, since the connection is not encrypted, got"
            + " `0.0.0.0:7470`\n",
        err.toString());
  }

  @Test
  void theConfigIsPrintedWithEveryKeyAndItsVariable() {
    assertEquals(0, run("serve", "--print-config"));
    for (var key : Key.values()) {
      assertTrue(out.toString().contains("\n" + key.path() + ": "), key.path());
      assertTrue(out.toString().contains(key.variable()), key.variable());
    }
  }

  @Test
  void theVersionIsPrinted() {
    assertEquals(0, run("version"));
    assertTrue(out.toString().startsWith("ostiary "), out.toString());
  }

  private static List<CommandSpec> specs(CommandSpec spec) {
    var specs = new ArrayList<CommandSpec>();
    specs.add(spec);
    for (CommandLine sub : spec.subcommands().values()) specs.addAll(specs(sub.getCommandSpec()));
    return specs;
  }

  private int run(String... words) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return Main.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(words);
  }
}
