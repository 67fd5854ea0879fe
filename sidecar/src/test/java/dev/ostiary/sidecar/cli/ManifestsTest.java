package dev.ostiary.sidecar.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.sidecar.config.Key;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The manifests for Kubernetes and compose say what the image and the program take. */
final class ManifestsTest {
  /** How the image starts the program; a probe does the same. */
  static final List<String> PROGRAM =
      List.of("/opt/java/bin/java", "@/opt/ostiary/jvm.options", "dev.ostiary.sidecar.cli.Main");

  private static final Path DOCKER = Path.of(System.getProperty("ostiary.root"), "docker");
  private static final Path SET = DOCKER.resolve("kubernetes/statefulset.yaml");

  @TempDir private Path directory;

  @Test
  void kubernetesKnowsEveryField() throws Exception {
    need();
    var manifests = new ArrayList<String>();
    for (Object resource : list(yaml(DOCKER.resolve("kubernetes/kustomization.yaml")), "resources"))
      manifests.add(DOCKER.resolve("kubernetes/" + resource).toString());
    assertTrue(manifests.contains(SET.toString()), manifests.toString());
    assertEquals(0, validate(manifests));
    String text = Files.readString(SET);
    Path misspelt = directory.resolve("statefulset.yaml");
    Files.writeString(misspelt, text.replace("readOnlyRootFilesystem", "readonlyRootFilesystem"));
    assertFalse(validate(List.of(misspelt.toString())) == 0, "a misspelt field is taken");
  }

  @Test
  void theSidecarOfAPodIsRestrictedAndItsProbesAndArgumentsAreTheProgram() throws Exception {
    var pod = map(map(map(yaml(SET), "spec"), "template"), "spec");
    var sidecar = map(list(pod, "initContainers").getFirst());
    assertEquals("Always", sidecar.get("restartPolicy"), "a native sidecar");
    for (String probe : List.of("startupProbe", "readinessProbe", "livenessProbe"))
      isProbe(list(map(map(sidecar, probe), "exec"), "command"));
    isTaken(list(sidecar, "args"));
    isTakenAsEnvironment(
        list(sidecar, "env").stream()
            .map(variable -> String.valueOf(map(variable).get("name")))
            .collect(Collectors.toSet()));
    var security = map(sidecar, "securityContext");
    assertEquals(true, security.get("readOnlyRootFilesystem"));
    assertEquals(false, security.get("allowPrivilegeEscalation"));
    assertEquals(List.of("ALL"), map(security, "capabilities").get("drop"));
    assertEquals(true, map(pod, "securityContext").get("runAsNonRoot"));
    var service = map(list(pod, "containers").getFirst());
    assertTrue(mounts(service).contains("socket"));
    assertEquals(Set.of("socket"), mounts(service), "a service sees the socket, not the log");
  }

  @Test
  void composeSaysTheSame() throws Exception {
    var services = map(yaml(DOCKER.resolve("compose/compose.yaml")), "services");
    var sidecar = map(services, "ostiary");
    List<?> probe = list(map(sidecar, "healthcheck"), "test");
    assertEquals("CMD", probe.getFirst());
    isProbe(probe.subList(1, probe.size()));
    isTaken(list(sidecar, "command"));
    isTakenAsEnvironment(map(sidecar, "environment").keySet());
    assertEquals(true, sidecar.get("read_only"));
    assertEquals(List.of("ALL"), sidecar.get("cap_drop"));
  }

  @Test
  void aProbeWithoutASidecarFailsAndNamesTheAddress() {
    var err = new StringWriter();
    var commandLine = Main.commandLine().setErr(new PrintWriter(err, true));
    assertEquals(2, commandLine.execute("health", "--admin", "127.0.0.1:1"));
    assertTrue(err.toString().contains("no answer from 127.0.0.1:1 in 2000 ms"), err.toString());
  }

  private static void isProbe(List<?> command) {
    assertEquals(PROGRAM, command.subList(0, PROGRAM.size()));
    var words = command.subList(PROGRAM.size(), command.size());
    assertTrue(
        words.equals(List.of("health")) || words.equals(List.of("health", "--live")),
        words.toString());
  }

  private static void isTaken(List<?> arguments) {
    var words = new ArrayList<String>();
    for (Object argument : arguments) words.add(argument.toString());
    var parsed = Main.commandLine().parseArgs(words.toArray(String[]::new));
    assertEquals("serve", parsed.subcommand().commandSpec().name());
  }

  private static void isTakenAsEnvironment(Set<?> variables) {
    var known =
        Arrays.stream(Key.values()).map(Key::variable).collect(Collectors.toUnmodifiableSet());
    assertTrue(known.containsAll(variables), variables.toString());
  }

  private static Set<Object> mounts(Map<?, ?> container) {
    return list(container, "volumeMounts").stream()
        .map(mount -> Objects.requireNonNull(map(mount).get("name")))
        .collect(Collectors.toSet());
  }

  private static Map<?, ?> yaml(Path file) throws IOException {
    return map(new Load(LoadSettings.builder().build()).loadFromString(Files.readString(file)));
  }

  private static Map<?, ?> map(Object value) {
    return (Map<?, ?>) value;
  }

  private static Map<?, ?> map(Map<?, ?> in, String key) {
    return map(Objects.requireNonNull(in.get(key), key));
  }

  private static List<?> list(Map<?, ?> in, String key) {
    return (List<?>) Objects.requireNonNull(in.get(key), key);
  }

  private int validate(List<String> manifests) throws Exception {
    var command = new ArrayList<>(List.of("kubernetes-validate", "--strict", "--quiet"));
    command.addAll(manifests);
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve("validated.txt").toFile())
        .start()
        .waitFor();
  }

  private void need() throws Exception {
    try {
      validate(List.of(SET.toString()));
    } catch (IOException e) {
      String absent = "needs kubernetes-validate: Python package kubernetes-validate";
      if (Boolean.getBoolean("ostiary.require-tools")) Assertions.fail(absent);
      Assumptions.abort(absent);
    }
  }
}
