package dev.ostiary.sidecar.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.sidecar.bundle.BundleFile;
import dev.ostiary.sidecar.bundle.BundleText;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BundleCheckTest {
  @TempDir Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void aGoodBundleIsNamedWithItsSize() throws Exception {
    assertEquals(0, check(new BundleText()), err.toString());
    assertTrue(out.toString().startsWith("docs version 1 ("), out.toString());
    assertTrue(out.toString().contains(" can be activated: 1 policies, "), out.toString());
    assertEquals("", err.toString());
  }

  @Test
  void theWorstCandidateCountIsOfThePoliciesThatOneRequestCanReach() throws Exception {
    String policies =
        """
        @id("anna") permit (principal == User::"anna", action, resource);
        @id("ben") permit (principal == User::"ben", action, resource);
        @id("all") permit (principal, action, resource);
        """;
    assertEquals(0, check(new BundleText().with("docs.cedar", policies)), err.toString());
    assertTrue(out.toString().contains(": 3 policies, worst candidate count 2, "), out.toString());
  }

  @Test
  void everyFaultIsPrintedWithItsPlace() throws Exception {
    String policies =
        """
        @id("a") permit (principal, action, resource) when { principal.age > 1 };
        @id("b") permit (principal == Usr::"x", action, resource);
        """;
    assertEquals(1, check(new BundleText().with("docs.cedar", policies)));
    var faults = err.toString().lines().toList();
    assertEquals("", out.toString());
    assertTrue(
        faults.stream().anyMatch(l -> l.contains("docs.cedar:1:") && l.contains("age")),
        err.toString());
    assertTrue(
        faults.stream().anyMatch(l -> l.contains("docs.cedar:2:") && l.contains("Usr")),
        err.toString());
  }

  @Test
  void whatIsHardlyMeantIsAWarning() throws Exception {
    String policies =
        """
        @id("never") permit (principal is User, action, resource) when { principal is Doc };
        """;
    assertEquals(0, check(new BundleText().with("docs.cedar", policies)), err.toString());
    assertTrue(err.toString().startsWith("warning: "), err.toString());
    assertTrue(err.toString().contains("never"), err.toString());
  }

  @Test
  void aDirectoryThatIsNotThereIsOneLine() {
    assertEquals(1, run("bundle", "check", directory.resolve("absent").toString()));
    assertEquals(1, err.toString().lines().count(), err.toString());
    assertTrue(err.toString().contains("absent"), err.toString());
  }

  private int check(BundleText bundle) throws Exception {
    for (BundleFile file : bundle.files()) {
      Path path = directory.resolve(file.path());
      Files.createDirectories(path.getParent());
      Files.write(path, file.content());
    }
    return run("bundle", "check", directory.toString());
  }

  private int run(String... words) {
    return Main.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(words);
  }
}
