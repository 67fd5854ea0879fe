package dev.ostiary.sidecar.cli;

import dev.ostiary.sidecar.Sidecar;
import dev.ostiary.sidecar.StartException;
import dev.ostiary.sidecar.config.Config;
import dev.ostiary.sidecar.config.ConfigException;
import dev.ostiary.sidecar.config.ConfigReader;
import dev.ostiary.sidecar.config.Key;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ostiary serve}: runs the sidecar until it is told to stop. */
@Command(
    name = "serve",
    description = {
      "Run the sidecar until SIGTERM or SIGINT.",
      "",
      "A flag wins over the environment, which wins over the config file."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:it was told to stop, and did in order",
      "1:it refuses to start; the reason is printed",
      "2:a flag, a variable or the config file is wrong"
    },
    mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create(); // replaced before it runs

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "The config file, in YAML; OSTIARY_CONFIG by default.")
  private @Nullable Path file;

  @Option(
      names = "--bundle",
      paramLabel = "DIR",
      description = "Directory of the policy bundle; it is watched.")
  private @Nullable String bundle;

  @Option(
      names = "--dev",
      description =
          "Let bundles come into force unsigned, and say so; for trying things, never where it"
              + " matters. Otherwise `bundle.keys` says who signs them.")
  private boolean dev;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Directory of the logs and keys; `ostiary-data` by default.")
  private @Nullable String data;

  @Option(
      names = "--socket",
      paramLabel = "PATH",
      description = "Unix socket for gRPC; DATA/ostiary.sock by default, `off` for none.")
  private @Nullable String socket;

  @Option(
      names = "--grpc",
      paramLabel = "HOST:PORT",
      description =
          "Loopback address for gRPC; 127.0.0.1:7470 by default, port 0 picks one, `off` for none.")
  private @Nullable String grpc;

  @Option(
      names = "--http",
      paramLabel = "HOST:PORT",
      description =
          "Loopback address for HTTP; 127.0.0.1:7471 by default, port 0 picks one, `off` for none.")
  private @Nullable String http;

  @Option(
      names = "--admin",
      paramLabel = "HOST:PORT",
      description =
          "Loopback address for metrics and health; 127.0.0.1:7472 by default, port 0 picks one.")
  private @Nullable String admin;

  @Option(
      names = "--print-config",
      description =
          "Print every key of the config file with its environment variable, default and meaning,"
              + " and stop.")
  private boolean printConfig;

  @Override
  public Integer call() throws InterruptedException {
    if (printConfig) {
      for (var key : Key.values())
        spec.commandLine()
            .getOut()
            .printf(
                "# %s. %s%n%s: %s%n", key.meaning(), key.variable(), key.path(), key.standard());
      return 0;
    }
    try {
      serve(
          ConfigReader.read(
              file == null ? configFile() : Optional.of(file), System.getenv(), flags()));
      return 0;
    } catch (ConfigException e) {
      e.faults().forEach(fault -> spec.commandLine().getErr().println("ostiary: " + fault));
      return 2;
    } catch (StartException e) {
      spec.commandLine().getErr().println("ostiary: " + e.getMessage());
      return 1;
    }
  }

  private void serve(Config config) throws StartException, InterruptedException {
    var started = new CompletableFuture<Optional<Sidecar>>();
    // The JVM exits when its shutdown hooks have ended, so the drain runs in one; a signal that
    // comes while it starts is heeded as soon as it has.
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () ->
                    started
                        .join()
                        .ifPresent(sidecar -> {
                          sidecar.close();
                          // Else the exit code would be that of the signal, though all went
                          // well.
                          Runtime.getRuntime().halt(0);
                        }),
                "drain"));
    try {
      started.complete(Optional.of(Sidecar.start(config, System.out)));
    } finally {
      started.complete(Optional.empty()); // unless it has started
    }
    new CountDownLatch(1).await(); // until a signal ends the process
  }

  /** The config file that the environment names. */
  static Optional<Path> configFile() {
    String variable = System.getenv("OSTIARY_CONFIG");
    return variable == null || variable.isEmpty()
        ? Optional.empty()
        : Optional.of(Path.of(variable));
  }

  private Map<Key, String> flags() {
    var flags = new EnumMap<Key, String>(Key.class);
    flag(flags, Key.BUNDLE, bundle);
    if (dev) flags.put(Key.DEV, "true");
    flag(flags, Key.DATA, data);
    flag(flags, Key.SOCKET, socket);
    flag(flags, Key.GRPC, grpc);
    flag(flags, Key.HTTP, http);
    flag(flags, Key.ADMIN, admin);
    return flags;
  }

  private static void flag(Map<Key, String> flags, Key key, @Nullable String value) {
    if (value != null) flags.put(key, value);
  }
}
