package dev.ostiary.sidecar.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundleDirectoryTest {
  @TempDir Path temporary;
  private Path bundle;

  @BeforeEach
  void writeBundle() throws IOException {
    bundle = Files.createDirectory(temporary.resolve("bundle"));
    write(bundle);
  }

  private static void write(Path directory) throws IOException {
    for (var file : new BundleText().files()) {
      Path path = directory.resolve(file.path());
      Files.createDirectories(path.getParent());
      Files.write(path, file.content());
    }
  }

  private List<String> faults() {
    try {
      return List.of("accepted: " + BundleReader.read(bundle));
    } catch (BundleException e) {
      return e.errors().stream().map(Object::toString).toList();
    }
  }

  private void assertAccepted() {
    assertTrue(faults().getFirst().startsWith("accepted"), faults().toString());
  }

  @Test
  void aDirectoryIsTheSameBundleAsItsCanonicalForm() throws Exception {
    assertEquals(
        HexFormat.of().formatHex(new BundleText().read().digest()),
        HexFormat.of().formatHex(BundleReader.read(bundle).digest()));
  }

  @Test
  void whatTheAuthorKeepsBesideItChangesNothing() throws Exception {
    byte[] digest = BundleReader.read(bundle).digest();
    Files.writeString(bundle.resolve("README.md"), "# docs");
    Files.writeString(bundle.resolve(".docs.cedar.swp"), "permit");
    Files.writeString(bundle.resolve("docs.cedar~"), "permit");
    Files.createDirectory(bundle.resolve("tests"));
    Files.writeString(bundle.resolve("tests/docs.cedar"), "permit");
    Files.writeString(bundle.resolve("entities/.DS_Store"), "x");
    assertEquals(
        HexFormat.of().formatHex(digest),
        HexFormat.of().formatHex(BundleReader.read(bundle).digest()));
  }

  @Test
  void policiesWhereNobodyLooksAreRefused() throws Exception {
    Files.createDirectory(bundle.resolve("guards"));
    Files.writeString(bundle.resolve("guards/no.cedar"), "forbid (principal, action, resource);");
    assertEquals(
        List.of(
            "guards/no.cedar: expected policies and schema beside bundle.yaml, not in a directory"
                + " below"),
        faults());
  }

  @Test
  void aVolumeAsKubernetesMountsItIsRead() throws Exception {
    Path mounted = Files.createDirectory(temporary.resolve("mounted"));
    Path version = Files.createDirectory(mounted.resolve("..2026_01_01"));
    write(version);
    Files.createSymbolicLink(mounted.resolve("..data"), Path.of("..2026_01_01"));
    for (String name : List.of("bundle.yaml", "docs.cedar", "docs.cedarschema", "entities"))
      Files.createSymbolicLink(mounted.resolve(name), Path.of("..data", name));
    bundle = mounted;
    assertAccepted();
  }

  @Test
  void aLinkOutOfTheDirectoryIsRefused() throws Exception {
    Path outside = Files.writeString(temporary.resolve("outside.cedar"), "");
    Files.createSymbolicLink(bundle.resolve("more.cedar"), outside);
    assertEquals(
        List.of("more.cedar: expected a file of the bundle, got a link out of its directory"),
        faults());
  }

  @Test
  void aLinkToNothingIsRefused() throws Exception {
    Files.createSymbolicLink(bundle.resolve("more.cedar"), Path.of("gone.cedar"));
    assertEquals(List.of("more.cedar: expected a file, got a link to nothing"), faults());
  }

  @Test
  void aPipeIsRefusedWithoutWaitingForIt() throws Exception {
    var made = new ProcessBuilder("mkfifo", bundle.resolve("more.cedar").toString()).start();
    assertTrue(made.waitFor(10, TimeUnit.SECONDS) && made.exitValue() == 0);
    assertEquals(List.of("more.cedar: expected a regular file"), faults());
  }

  @Test
  void aDirectoryInAFilesPlaceIsRefused() throws Exception {
    Files.createDirectory(bundle.resolve("more.cedar"));
    assertEquals(List.of("more.cedar: expected a regular file"), faults());
  }

  @Test
  void aNameThatIsNotPlainIsRefused() throws Exception {
    Files.writeString(bundle.resolve("a b.cedar"), "");
    assertEquals(
        List.of("`a b.cedar`: expected a file name of printable ASCII without spaces"), faults());
  }

  @Test
  void aBundleThatFitsNoFactIsRefusedUnread() throws Exception {
    try (var file = new java.io.RandomAccessFile(bundle.resolve("big.cedar").toFile(), "rw")) {
      file.setLength(1L << 40); // sparse: takes no room, but could not be read
    }
    assertEquals(
        List.of(
            "big.cedar: expected a bundle of at most 15728640 bytes; it is larger with this file"),
        faults());
  }

  @Test
  void nothingThereIsToldAsThat() {
    bundle = temporary.resolve("gone");
    assertEquals(List.of(bundle + ": expected a bundle directory, got nothing there"), faults());
  }
}
