package dev.ostiary.sidecar;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.File;
import java.net.Socket;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The arrows between packages: doors know the decision point, and it knows no door. */
final class ArchitectureTest {
  private static final JavaClasses SIDECAR =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.ostiary.sidecar");

  @Test
  void theDecisionPointKnowsNoDoorLogOrProcess() {
    noClasses()
        .that()
        .resideInAPackage("..sidecar.decide..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "..sidecar.door..",
            "..sidecar.admin..",
            "..sidecar.cli..",
            "..sidecar.config..",
            "..sidecar.facts..",
            "..sidecar.metrics..",
            "..sidecar.record..",
            "..sidecar.watch..",
            "dev.ostiary.log..",
            "io.grpc..",
            "io.netty..",
            "io.vertx..")
        .check(SIDECAR);
  }

  @Test
  void theDecisionPointReadsNoClockFileOrSocket() {
    noClasses()
        .that()
        .resideInAPackage("..sidecar.decide..")
        .should()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethod(System.class, "getenv", String.class)
        .orShould()
        .callMethod(System.class, "getProperty", String.class)
        .orShould()
        .dependOnClassesThat()
        .belongToAnyOf(Clock.class, Random.class, Files.class, File.class, Socket.class)
        .check(SIDECAR);
  }

  @Test
  void nobodyKnowsTheDoorsButTheProcess() {
    for (String door : new String[] {"door", "admin"}) {
      noClasses()
          .that()
          .resideInAPackage("..sidecar.*..")
          .and()
          .resideOutsideOfPackage("..sidecar." + door + "..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("..sidecar." + door + "..")
          .check(SIDECAR);
    }
  }

  @Test
  void factsAndBundlesKnowNoDecisionLog() {
    noClasses()
        .that()
        .resideInAnyPackage("..sidecar.facts..", "..sidecar.bundle..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("..sidecar.record..", "..sidecar.watch..", "..sidecar.metrics..")
        .check(SIDECAR);
  }
}
