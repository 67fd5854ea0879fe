package dev.ostiary.sidecar;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.ostiary.log.LogReader;
import dev.ostiary.record.v1.DecisionLogEntry;
import dev.ostiary.sidecar.config.Config;
import dev.ostiary.sidecar.config.ConfigReader;
import dev.ostiary.sidecar.config.Key;
import dev.ostiary.v1.CheckRequest;
import dev.ostiary.v1.DecisionServiceGrpc;
import dev.ostiary.v1.DecisionServiceGrpc.DecisionServiceBlockingStub;
import dev.ostiary.v1.EntityUid;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A sidecar in this process on a bundle of documents, with a client, for tests. */
public final class Served implements AutoCloseable {
  private final Path directory;
  private final ByteArrayOutputStream journal = new ByteArrayOutputStream();
  private final Sidecar sidecar;
  private final ManagedChannel channel;

  private Served(Path directory, Config config) throws StartException {
    this.directory = directory;
    this.sidecar = Sidecar.start(config, new PrintStream(journal, true, StandardCharsets.UTF_8));
    this.channel =
        NettyChannelBuilder.forTarget("dns:///" + sidecar.grpcAddress().orElseThrow())
            .usePlaintext()
            .build();
  }

  /** Starts one in {@code directory}, whose {@code bundle} holds {@link #writeBundle}'s. */
  public static Served in(Path directory, Map<Key, String> keys) throws Exception {
    return new Served(directory, config(directory, keys));
  }

  /** The same with nothing configured further. */
  public static Served in(Path directory) throws Exception {
    return in(directory, Map.of());
  }

  static Config config(Path directory, Map<Key, String> keys) throws Exception {
    var all = new EnumMap<Key, String>(Key.class);
    all.put(Key.BUNDLE, directory.resolve("bundle").toString());
    all.put(Key.DEV, keys.containsKey(Key.BUNDLE_KEYS) ? "false" : "true");
    all.put(Key.DATA, directory.resolve("data").toString());
    all.put(Key.GRPC, "127.0.0.1:0");
    all.put(Key.HTTP, "127.0.0.1:0");
    all.put(Key.ADMIN, "127.0.0.1:0");
    all.put(Key.WATCH_EVERY, "20ms");
    all.put(Key.LOG_ORIGIN, "test.example");
    all.putAll(keys);
    return ConfigReader.read(Optional.empty(), Map.of(), all);
  }

  /** Writes a bundle of that version whose policy file has {@code policies} besides. */
  public static void writeBundle(Path directory, long version, String policies) throws IOException {
    Path bundle = Files.createDirectories(directory.resolve("bundle"));
    write(
        bundle.resolve("bundle.yaml"),
        "name: docs\nversion: " + version + "\nobligations: [mask]\n");
    write(
        bundle.resolve("docs.cedarschema"),
        """
        @virtual entity Site;
        entity User;
        @inline("Folder") entity Doc in [Folder] { open: Bool };
        entity Folder;
        namespace Ostiary { @virtual entity Caller; }
        action read appliesTo {
          principal: User,
          resource: [Doc, Site],
          context: { now: datetime, caller: Ostiary::Caller, principal_proof: String,
                     why?: String, tags?: Set<String>, deep?: { a?: Long } },
        };
        action erase appliesTo { principal: User, resource: [Doc, Site] };
        """);
    write(
        bundle.resolve("docs.cedar"),
        """
        @id("reads") @reason("everybody reads") @obligation("mask")
        permit (principal, action == Action::"read", resource)
        when { context.now > datetime("2020-01-01") && context.principal_proof == "asserted" };
        @id("strictly") @log("strict")
        permit (principal == User::"strict", action == Action::"erase", resource);
        """
            + policies);
    Path entities = Files.createDirectories(bundle.resolve("entities"));
    write(
        entities.resolve("all.json"),
        """
        [{"uid": {"type": "User", "id": "ada"}, "attrs": {}, "parents": []},
         {"uid": {"type": "User", "id": "strict"}, "attrs": {}, "parents": []},
         {"uid": {"type": "Doc", "id": "one"}, "attrs": {"open": true}, "parents": []}]
        """);
  }

  /** Writes a file that appears whole. */
  static void write(Path file, String text) throws IOException {
    Path draft = Files.createTempFile(file.getParent(), ".", ".new");
    Files.writeString(draft, text);
    Files.move(
        draft,
        file,
        java.nio.file.StandardCopyOption.ATOMIC_MOVE,
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
  }

  public Sidecar sidecar() {
    return sidecar;
  }

  public ManagedChannel channel() {
    return channel;
  }

  /** A client that waits at most half a minute. */
  public DecisionServiceBlockingStub client() {
    return DecisionServiceGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  /** May Ada read the document? */
  public static CheckRequest.Builder question() {
    return CheckRequest.newBuilder()
        .setPrincipal(uid("User", "ada"))
        .setAction(uid("Action", "read"))
        .setResource(uid("Doc", "one"));
  }

  public static EntityUid.Builder uid(String type, String id) {
    return EntityUid.newBuilder().setType(type).setId(id);
  }

  /** What was journalled so far. */
  public String journal() {
    return journal.toString(StandardCharsets.UTF_8);
  }

  /** All entries of the decision log. */
  public List<DecisionLogEntry> entries() throws IOException {
    return entries(directory.resolve("data/decisions/1"));
  }

  public static List<DecisionLogEntry> entries(Path tree) throws IOException {
    return entries(LogReader.live(tree));
  }

  static List<DecisionLogEntry> entries(LogReader log) throws IOException {
    var entries = new ArrayList<DecisionLogEntry>();
    log.forEach(
        0,
        record -> {
          try {
            var entry = DecisionLogEntry.parseFrom(record.bytes());
            assertArrayEquals(entry.toByteArray(), record.bytes(), "as protobuf writes it");
            entries.add(entry);
            return true;
          } catch (InvalidProtocolBufferException e) {
            throw new UncheckedIOException(e);
          }
        });
    return entries;
  }

  /** Asks again and again until it is so; fails after half a minute. */
  public void await(Predicate<Served> what) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!what.test(this)) {
      if (System.nanoTime() > deadline) throw new AssertionError("still not so\n" + journal());
      Thread.onSpinWait();
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
    sidecar.close();
  }
}
