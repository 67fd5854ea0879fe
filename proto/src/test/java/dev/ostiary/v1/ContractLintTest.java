package dev.ostiary.v1;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ContractLintTest {
  @Test
  void theContractIsCleanAndEveryFieldIsDocumented() throws Exception {
    Process lint;
    try {
      lint =
          new ProcessBuilder("buf", "lint")
              .directory(Path.of(System.getProperty("ostiary.root"), "proto").toFile())
              .redirectErrorStream(true)
              .start();
    } catch (IOException absent) {
      String missing = "needs buf: npm package @bufbuild/buf";
      if (Boolean.getBoolean("ostiary.require-tools")) fail(missing, absent);
      assumeTrue(false, missing);
      return;
    }
    String findings = new String(lint.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, lint.waitFor(), findings);
  }
}
