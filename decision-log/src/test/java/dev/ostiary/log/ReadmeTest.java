package dev.ostiary.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's first screen, compiled and run as it stands there. */
class ReadmeTest {
  private static final String IMPORTS =
      """
      import static java.nio.charset.StandardCharsets.UTF_8;
      import dev.ostiary.log.*;
      import dev.ostiary.log.note.*;
      import dev.ostiary.log.tile.*;
      import java.nio.file.Path;
      import java.util.List;
      """;

  @TempDir Path directory;

  @Test
  void theFirstScreenRunsAsPrinted() throws Exception {
    String readme =
        Files.readString(Path.of(System.getProperty("ostiary.root"), "decision-log/README.md"));
    int from = readme.indexOf("```java\n") + 8;
    String program = readme.substring(from, readme.indexOf("```", from));
    Path source = directory.resolve("Readme.java");
    Files.writeString(
        source,
        IMPORTS
            + "class Readme { public static void main(String[] a) throws Exception { Path data ="
            + " Path.of(a[0]);\n"
            + program
            + "}}");
    var compiler = ToolProvider.getSystemJavaCompiler();
    var messages = new StringWriter();
    String classPath = System.getProperty("java.class.path");
    try (var files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
      var options = List.of("-d", directory.toString(), "-cp", classPath);
      var task =
          compiler.getTask(messages, files, null, options, null, files.getJavaFileObjects(source));
      assertTrue(task.call(), messages.toString());
    }
    var run =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                directory + java.io.File.pathSeparator + classPath,
                "Readme",
                directory.resolve("data").toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(run.waitFor(60, TimeUnit.SECONDS));
    var lines = output.lines().toList();
    assertEquals(3, lines.size(), output);
    assertTrue(lines.get(0).matches("0 [0-9a-f]{64}"), output);
    assertEquals("alice may read report 7", lines.get(1));
    assertEquals("true", lines.get(2));
  }
}
