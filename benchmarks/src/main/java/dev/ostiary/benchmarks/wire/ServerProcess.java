package dev.ostiary.benchmarks.wire;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** A server in a process of its own, pinned to one core. */
final class ServerProcess implements AutoCloseable {
  private final Process process;
  private final Map<String, String> addresses;

  private ServerProcess(Process process, Map<String, String> addresses) {
    this.process = process;
    this.addresses = addresses;
  }

  /**
   * Starts a main class and waits until it says where it listens.
   *
   * @param core the core that it runs on
   * @param classPath where it is; empty for this program's own
   * @param jvm flags of the JVM
   * @param listening see {@link #start}
   * @throws IOException if it ends or says nothing
   */
  static ServerProcess java(
      int core,
      String classPath,
      List<String> jvm,
      Pattern listening,
      int times,
      String main,
      List<String> arguments)
      throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvm);
    command.addAll(
        List.of(
            "-cp", classPath.isEmpty() ? System.getProperty("java.class.path") : classPath, main));
    command.addAll(arguments);
    return start(core, command, listening, times);
  }

  /**
   * Starts a program and waits until it says where it listens.
   *
   * @param listening finds what listens and its address, as its first two groups, in a line of the
   *     output
   * @param times how often it does
   */
  static ServerProcess start(int core, List<String> program, Pattern listening, int times)
      throws IOException {
    var command = new ArrayList<String>(List.of("taskset", "-c", Integer.toString(core)));
    command.addAll(program);
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    // A benchmark that is interrupted must not leave its servers behind.
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
    var said = new StringBuilder();
    var addresses = new HashMap<String, String>();
    var lines = process.inputReader(StandardCharsets.UTF_8);
    for (String line; (line = lines.readLine()) != null; ) {
      said.append(line).append('\n');
      var found = listening.matcher(line);
      if (!found.find()) continue;
      addresses.put(found.group(1), found.group(2));
      if (addresses.size() < times) continue;
      // The rest of the output must be read, or the server blocks once the pipe is full.
      Thread.ofPlatform().daemon().start(() -> drain(lines));
      return new ServerProcess(process, addresses);
    }
    throw new IOException(program + " ended before it listened:\n" + said);
  }

  private static void drain(BufferedReader lines) {
    try {
      lines.transferTo(Writer.nullWriter());
    } catch (IOException _) {
      // Ending the process closes what is read here.
    }
  }

  /** HOST:PORT of what listens under that name. */
  String address(String name) {
    return Objects.requireNonNull(addresses.get(name), name);
  }

  /** User and system time that the process has used, in microseconds, in steps of 10 ms. */
  long cpuMicros() throws IOException {
    var stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
    // The name, field 2, may hold spaces; what follows its closing parenthesis begins with field 3.
    var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * 10_000;
  }

  /** Resident memory in MiB. */
  long residentMebibytes() throws IOException {
    for (var line : Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status"))) {
      if (line.startsWith("VmRSS:")) return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
    }
    throw new IOException("no VmRSS in /proc/" + process.pid() + "/status");
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) process.destroyForcibly();
    } catch (InterruptedException interrupted) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
