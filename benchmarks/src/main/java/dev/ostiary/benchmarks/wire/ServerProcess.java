package dev.ostiary.benchmarks.wire;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** A server in a process of its own, pinned to one core. */
final class ServerProcess implements AutoCloseable {
  private final Process process;
  private final String address;

  private ServerProcess(Process process, String address) {
    this.process = process;
    this.address = address;
  }

  /**
   * Starts a main class of this class path and waits until it says where it listens.
   *
   * @param core the core that it runs on
   * @param jvm flags of the JVM
   * @param listening finds the address, as its first group, in a line of the output
   * @throws IOException if it ends or says nothing
   */
  static ServerProcess start(
      int core, List<String> jvm, Pattern listening, String main, List<String> arguments)
      throws IOException {
    var command = new ArrayList<String>(List.of("taskset", "-c", Integer.toString(core)));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvm);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
    command.addAll(arguments);
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    // A benchmark that is interrupted must not leave its servers behind.
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
    var said = new StringBuilder();
    var lines = process.inputReader(StandardCharsets.UTF_8);
    for (String line; (line = lines.readLine()) != null; ) {
      said.append(line).append('\n');
      var found = listening.matcher(line);
      if (!found.find()) continue;
      // The rest of the output must be read, or the server blocks once the pipe is full.
      Thread.ofPlatform().daemon().start(() -> lines.lines().forEach(ignored -> {}));
      return new ServerProcess(process, found.group(1));
    }
    throw new IOException(main + " ended before it listened:\n" + said);
  }

  String address() {
    return address;
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
