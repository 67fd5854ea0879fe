package dev.ostiary.cedar.oracle;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Files;
import java.nio.file.Path;

/** The conformance data beside the checkout. */
public final class Shared {
  private Shared() {}

  /** The file or directory of that name; the test is skipped where it is absent. */
  public static Path path(String name) {
    Path path = Path.of(System.getProperty("ostiary.shared", "../shared")).resolve(name);
    if (!Files.exists(path))
      missing(path + " is absent; it holds data of the cedar-policy organisation");
    return path;
  }

  /** Skips the test, or fails it where tools are required. */
  public static void missing(String what) {
    assertFalse(Boolean.getBoolean("ostiary.require-tools"), what);
    abort(what);
  }
}
