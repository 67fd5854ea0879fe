package dev.ostiary.sidecar.subjects;

import com.google.protobuf.ByteString;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.log.store.MutableObject;
import dev.ostiary.record.v1.BundleKey;
import dev.ostiary.record.v1.ErasedSubject;
import dev.ostiary.record.v1.SubjectRow;
import dev.ostiary.sidecar.bundle.SchemaMarks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * The tables of a data directory: each subject's pseudonym and key, each activated bundle's key,
 * and the key of tokens. They are no part of the logs, so removing a row takes from the logs what
 * it was the key to, and the trees still verify.
 *
 * <p>{@code DATA/subjects/table} holds them, encrypted under a key in a file of its own. A row is
 * on the disk before anything that needs it is written. Any thread; only {@link #open}'s writes.
 */
public final class Subjects extends Names implements AutoCloseable {
  private static final int PSEUDONYM_BYTES = 12;
  private static final int KEY_ID_BYTES = 16;
  private static final String TABLE = "subjects/table";

  final Sealer sealer = new Sealer();
  private final Map<ByteString, BundleKey> bundles = new HashMap<>();
  private final Map<EntityUid, ErasedSubject> tombstones = new HashMap<>();
  private final boolean here;
  private @Nullable TableFile file;
  private ByteString keyId = ByteString.EMPTY;
  private ByteString reportedKeyId = ByteString.EMPTY;
  private @Nullable IOException failure;
  private @Nullable TableCopy copy;
  private final ReentrantLock shipping = new ReentrantLock();
  private long state = 1;
  private long shipped;

  /** Someone who waits until subjects have rows. */
  private record Waiting(Collection<EntityUid> subjects, Consumer<Optional<IOException>> then) {}

  private final ConcurrentLinkedQueue<Waiting> waiting = new ConcurrentLinkedQueue<>();
  private final ExecutorService writer =
      Executors.newSingleThreadExecutor(task -> {
        var thread = new Thread(task, "subjects");
        thread.setDaemon(true);
        return thread;
      });

  private Subjects(boolean here) {
    this.here = here;
  }

  /**
   * Opens the tables for the one writer of a data directory, making them and their key if there are
   * none, and encrypting them anew where the first of the keys is another than before. Blocks.
   *
   * @param copy where they are kept besides; where there are none they come back from it
   */
  public static Subjects open(Path data, Path key, Optional<MutableObject> copy)
      throws SubjectsException {
    Path path = data.resolve(TABLE);
    var subjects = new Subjects(true);
    try {
      var owner =
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
      if (!Files.isDirectory(path.resolveSibling("")))
        Files.createDirectory(path.resolveSibling(""), owner);
      boolean restored = false;
      if (copy.isPresent()) {
        var kept = new TableCopy(copy.get(), path);
        restored = kept.restore();
        subjects.copy = kept;
      }
      var keks = Files.exists(path) ? KeyFile.read(key) : KeyFile.readOrMake(key);
      TableFile file = TableFile.take(path, keks, subjects.sealer);
      subjects.file = file;
      subjects.keyId = id(keks.getFirst());
      TableFile.Rows read = file.rows();
      read.rows().forEach(subjects::take);
      if (subjects.houseKey == null) {
        var row =
            SubjectRow.newBuilder()
                .setHouseKey(ByteString.copyFrom(Sealer.random(Sealer.KEY_BYTES)))
                .build();
        subjects.append(List.of(row));
      }
      if (subjects.reportedKeyId.isEmpty()) subjects.reportedKey();
      // Written anew it is another state, so that the process before this can put none any more.
      if (restored || !read.current()) subjects.rewrite(row -> row);
      if (restored) subjects.ship();
    } catch (IOException e) {
      subjects.close();
      throw new SubjectsException(path + ": cannot be written, or restored: " + e.getMessage());
    } catch (SubjectsException e) {
      subjects.close();
      throw e;
    }
    return subjects;
  }

  /**
   * Reads the tables of a data directory as they are, beside a live writer or without one; where
   * there are none, or no key to them, no name is known. Blocks.
   */
  public static Names read(Path data, Path key) throws SubjectsException {
    Path path = data.resolve(TABLE);
    if (!Files.exists(path) || !Files.exists(key)) return new Subjects(false);
    var subjects = new Subjects(true);
    TableFile.read(path, KeyFile.read(key)).rows().forEach(subjects::take);
    return subjects;
  }

  /** Where the key is unless configured otherwise. */
  public static Path standardKey(Path data) {
    return data.resolve("keys/subjects.kek");
  }

  private void take(SubjectRow row) {
    switch (row.getRowCase()) {
      case SUBJECT -> {
        Subject subject = Subject.of(row.getSubject());
        subjects.put(subject.uid(), subject);
        byPseudonym.put(
            EntityUid.of(subject.pseudonym().getType(), subject.pseudonym().getId()), subject);
      }
      case BUNDLE -> bundles.put(row.getBundle().getDigest(), row.getBundle());
      case HOUSE_KEY -> {
        byte[] key = row.getHouseKey().toByteArray();
        tokens = new Tokens(key);
        houseKey = Sealer.key(key);
      }
      case ERASED -> {
        var name = row.getErased().getPseudonym();
        EntityUid uid = EntityUid.of(name.getType(), name.getId());
        erased.put(uid, true);
        tombstones.put(uid, row.getErased());
      }
      case REPORTED_KEY -> reportedKeyId = row.getReportedKey();
      case ROW_NOT_SET -> {} // of a later version; it is not rewritten, since that is refused
    }
  }

  @Override
  public boolean areHere() {
    return here;
  }

  Tokens tokens() {
    return Objects.requireNonNull(tokens, "tables that are only read");
  }

  SecretKey houseKey() {
    return Objects.requireNonNull(houseKey, "tables that are only read");
  }

  /** How the next record hides names, by those marks. */
  public Hiding hiding(SchemaMarks marks) {
    return new Hiding(marks, this);
  }

  /** What a subject is called in the logs; empty where nothing of it is there. */
  public Optional<EntityUid> pseudonym(EntityUid subject) {
    return Optional.ofNullable(subjects.get(subject))
        .map(found -> EntityUid.of(found.pseudonym().getType(), found.pseudonym().getId()));
  }

  /** Gives subjects rows, which are on the disk when this returns. Blocks. */
  public synchronized void add(Collection<EntityUid> uids) throws IOException {
    var rows = new ArrayList<SubjectRow>();
    for (EntityUid uid : new LinkedHashSet<>(uids)) {
      if (subjects.containsKey(uid)) continue;
      byte[] random = Sealer.random(PSEUDONYM_BYTES);
      var pseudonym =
          dev.ostiary.v1.EntityUid.newBuilder()
              .setType(uid.type())
              .setId(MARK + Base64.getUrlEncoder().withoutPadding().encodeToString(random))
              .build();
      SecretKey key = Sealer.key(Sealer.random(Sealer.KEY_BYTES));
      rows.add(new Subject(uid, pseudonym, key).row());
    }
    if (!rows.isEmpty()) append(rows);
  }

  /**
   * The same on a thread that may wait for the disk; {@code then} is told there, once, when the
   * rows are on it, or why they are not. Those that wait together share an fsync.
   */
  public void add(Collection<EntityUid> uids, Consumer<Optional<IOException>> then) {
    waiting.add(new Waiting(uids, then));
    try {
      writer.execute(this::addWaiting);
    } catch (RejectedExecutionException e) {
      waiting.removeIf(mine -> mine.then() == then);
      then.accept(Optional.of(new IOException("the tables of subjects are closed")));
    }
  }

  private void addWaiting() {
    var taken = new ArrayList<Waiting>();
    for (Waiting next = waiting.poll(); next != null; next = waiting.poll()) taken.add(next);
    if (taken.isEmpty()) return;
    Optional<IOException> failed = Optional.empty();
    try {
      add(taken.stream().flatMap(each -> each.subjects().stream()).toList());
    } catch (IOException e) {
      failed = Optional.of(e);
    }
    for (Waiting each : taken) each.then().accept(failed);
  }

  private synchronized void append(List<SubjectRow> rows) throws IOException {
    if (failure != null) throw failure;
    try {
      Objects.requireNonNull(file, "tables that are only read").append(rows);
    } catch (IOException e) {
      failure = new IOException("the tables of subjects take no row: " + e.getMessage(), e);
      throw failure;
    }
    rows.forEach(this::take);
    state++;
  }

  /**
   * Brings all rows to the copy, if there is one that has not got them. Blocks.
   *
   * @throws IOException if the copy's store does not take them, or has another process's
   */
  public void ship() throws IOException {
    TableCopy to = copy;
    if (to == null) return;
    shipping.lock();
    try {
      long now;
      byte[] bytes;
      synchronized (this) {
        now = state;
        if (now == shipped) return;
        bytes = Objects.requireNonNull(file, "tables that are only read").bytes();
      }
      to.put(bytes);
      shipped = now;
    } finally {
      shipping.unlock();
    }
  }

  /** Seals a bundle under its own key, which is on the disk when this returns. Blocks. */
  public synchronized ByteString sealBundle(byte[] digest, byte[] files) throws IOException {
    var name = ByteString.copyFrom(digest);
    BundleKey known = bundles.get(name);
    if (known == null || known.getKey().isEmpty()) {
      known =
          BundleKey.newBuilder()
              .setDigest(name)
              .setKey(ByteString.copyFrom(Sealer.random(Sealer.KEY_BYTES)))
              .build();
      append(List.of(SubjectRow.newBuilder().setBundle(known).build()));
    }
    return ByteString.copyFrom(sealer.seal(Sealer.key(known.getKey().toByteArray()), files));
  }

  @Override
  public synchronized Optional<Opened> openBundle(ByteString digest, ByteString sealed) {
    BundleKey known = bundles.get(digest);
    if (known == null) return Optional.empty();
    if (known.getKey().isEmpty())
      return known.getRedacted().isEmpty()
          ? Optional.empty()
          : Optional.of(new Opened(known.getRedacted(), true));
    return Sealer.open(Sealer.key(known.getKey().toByteArray()), sealed.toByteArray())
        .map(files -> new Opened(ByteString.copyFrom(files), false));
  }

  /**
   * Removes a subject's row, and with it the keys of bundles that name it; in one step, also across
   * a crash. Blocks.
   *
   * @param tombstone what is left: who asked and what went
   * @param redactions what is to be read in place of bundles, by digest; empty where nothing can be
   */
  public synchronized void remove(
      EntityUid subject, ErasedSubject tombstone, Map<ByteString, ByteString> redactions)
      throws IOException {
    rewrite(row -> {
      if (row.hasSubject() && Subject.of(row.getSubject()).uid().equals(subject))
        return SubjectRow.newBuilder().setErased(tombstone).build();
      if (row.hasBundle() && redactions.containsKey(row.getBundle().getDigest()))
        return SubjectRow.newBuilder()
            .setBundle(
                BundleKey.newBuilder()
                    .setDigest(row.getBundle().getDigest())
                    .setRedacted(redactions.get(row.getBundle().getDigest())))
            .build();
      return row;
    });
  }

  private static ByteString id(SecretKey key) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(key.getEncoded());
      return ByteString.copyFrom(digest, 0, KEY_ID_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }

  /**
   * The name of the key that encrypts the tables, the first 16 bytes of its SHA-256, where the
   * decision log may not know of it yet.
   */
  public synchronized Optional<ByteString> unreportedKey() {
    return Optional.of(keyId).filter(id -> !id.equals(reportedKeyId));
  }

  /** Takes note that the decision log knows of the key. Blocks. */
  public synchronized void reportedKey() throws IOException {
    append(List.of(SubjectRow.newBuilder().setReportedKey(keyId).build()));
  }

  private void rewrite(UnaryOperator<SubjectRow> change) throws IOException {
    var rows = new ArrayList<SubjectRow>();
    rows.add(SubjectRow.newBuilder().setReportedKey(reportedKeyId).build());
    rows.add(
        SubjectRow.newBuilder().setHouseKey(ByteString.copyFrom(houseKey().getEncoded())).build());
    for (BundleKey bundle : bundles.values())
      rows.add(change.apply(SubjectRow.newBuilder().setBundle(bundle).build()));
    for (ErasedSubject each : tombstones.values())
      rows.add(change.apply(SubjectRow.newBuilder().setErased(each).build()));
    for (Subject subject : subjects.values()) rows.add(change.apply(subject.row()));
    Objects.requireNonNull(file, "tables that are only read").replace(rows);
    state++;
    for (SubjectRow row : rows) {
      if (row.hasErased()) forget(row.getErased());
      if (row.hasErased() || row.hasBundle()) take(row);
    }
  }

  private void forget(ErasedSubject gone) {
    var name = gone.getPseudonym();
    Subject was = byPseudonym.remove(EntityUid.of(name.getType(), name.getId()));
    if (was != null) subjects.remove(was.uid());
  }

  /** Digests of bundles that are sealed under a key that is still here. */
  public synchronized Set<ByteString> sealedBundles() {
    var digests = new LinkedHashSet<ByteString>();
    bundles.forEach((digest, bundle) -> {
      if (!bundle.getKey().isEmpty() || !bundle.getRedacted().isEmpty()) digests.add(digest);
    });
    return digests;
  }

  /** Erasures of which the decision log may not know yet. */
  public synchronized List<ErasedSubject> unreported() {
    return tombstones.values().stream().filter(each -> !each.getReported()).toList();
  }

  /** Takes note that the decision log knows of all erasures. Blocks. */
  public synchronized void reported() throws IOException {
    rewrite(row ->
        row.hasErased()
            ? row.toBuilder().setErased(row.getErased().toBuilder().setReported(true)).build()
            : row);
  }

  /** Lets go of the file; what waits for a row still gets it. Blocks. */
  @Override
  public void close() {
    writer.shutdown();
    try {
      writer.awaitTermination(10, TimeUnit.SECONDS);
      synchronized (this) {
        if (file != null) file.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      // Every row was fsynced when it was added.
    }
  }
}
