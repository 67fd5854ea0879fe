package dev.ostiary.sidecar.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs every {@code $} line of the README in order and compares what it prints with the lines below
 * it.
 */
class ReadmeIT {
  private static final Path ROOT = Path.of(System.getProperty("ostiary.root"));
  private static final int DENIED = 1;

  /** A command and the lines that it must print, in which {@code …} stands for anything. */
  private record Step(String command, List<String> output) {}

  @TempDir private Path directory;

  @Test
  void everyCommandOfTheReadmeDoesWhatItSays() throws Exception {
    Files.createSymbolicLink(directory.resolve("ostiary"), ROOT.resolve("ostiary"));
    Files.createSymbolicLink(directory.resolve("examples"), ROOT.resolve("examples"));
    var steps = steps(Files.readAllLines(ROOT.resolve("README.md")));
    assertTrue(steps.size() >= 6, "the README has " + steps.size() + " commands");
    var background = new ArrayList<Process>();
    try {
      for (var step : steps) {
        if (step.command().endsWith("&")) background.add(serve(step.command()));
        else run(step);
      }
    } finally {
      for (var process : background) {
        process.destroy();
        assertTrue(process.waitFor(30, TimeUnit.SECONDS), "the server did not stop");
        assertEquals(0, process.exitValue(), "the server did not stop in order");
      }
    }
  }

  private void run(Step step) throws IOException, InterruptedException {
    Path output = Files.createTempFile(directory, "step", ".txt");
    var process =
        bash(step.command())
            .redirectOutput(output.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertTrue(process.waitFor(5, TimeUnit.MINUTES), step.command() + ": did not end");
    String printed = Files.readString(output);
    boolean denial = step.output().contains("deny");
    assertEquals(
        denial ? DENIED : 0, process.exitValue(), step.command() + " printed:\n" + printed);
    int from = 0;
    for (String expected : step.output()) {
      var matcher = Pattern.compile(wildcards(expected), Pattern.MULTILINE).matcher(printed);
      assertTrue(
          matcher.find(from), step.command() + ": expected `" + expected + "` in:\n" + printed);
      from = matcher.end();
    }
  }

  private Process serve(String command) throws IOException {
    var process =
        bash("exec " + command.substring(0, command.length() - 1))
            .redirectErrorStream(true)
            .start();
    var lines = process.inputReader();
    var seen = new ArrayList<String>();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      seen.add(line);
      if (line.contains("ready")) {
        Thread.ofVirtual().start(() -> lines.lines().forEach(_ -> {}));
        return process;
      }
    }
    throw new AssertionError(command + " ended:\n" + String.join("\n", seen));
  }

  private ProcessBuilder bash(String command) {
    return new ProcessBuilder("bash", "-c", command).directory(directory.toFile());
  }

  private static String wildcards(String line) {
    return "^"
        + Pattern.compile("…")
            .splitAsStream(line)
            .map(Pattern::quote)
            .collect(Collectors.joining(".*"))
        + (line.endsWith("…") ? ".*" : "")
        + "$";
  }

  private static List<Step> steps(List<String> lines) {
    var steps = new ArrayList<Step>();
    boolean console = false;
    for (String line : lines) {
      if (line.startsWith("```")) console = line.equals("```console");
      else if (console && line.startsWith("$ "))
        steps.add(new Step(line.substring(2).strip(), new ArrayList<>()));
      else if (console) steps.getLast().output().add(line);
    }
    return steps;
  }
}
