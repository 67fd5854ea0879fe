package dev.ostiary.sidecar.facts;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.ostiary.cedar.Entity;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.record.v1.SnapshotHead;
import dev.ostiary.record.v1.StoredEntity;
import dev.ostiary.sidecar.contract.ContractException;
import dev.ostiary.sidecar.subjects.Names;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * What the facts up to some size add up to, as a file beside the log: {@code
 * DATA/snapshots/EPOCH/SIZE}. A {@code SnapshotHead}, then the entities that facts put, by uid in
 * ascending order, each message with its length before it. It is believed only where the log holds
 * its digest.
 */
final class SnapshotFile {
  private static final int KEPT = 2;
  private static final int BUFFER = 1 << 16;

  private SnapshotFile() {}

  /** Those of a fact log's tree, the latest first. */
  static List<Path> latestFirst(Path tree) throws IOException {
    try (var files = Files.list(directory(tree))) {
      return files
          .filter(file -> file.getFileName().toString().matches("[1-9][0-9]{0,17}"))
          .sorted(Comparator.comparingLong(SnapshotFile::size).reversed())
          .toList();
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  private static Path directory(Path tree) {
    Path absolute = tree.toAbsolutePath().normalize();
    return absolute.resolve("../../snapshots").normalize().resolve(absolute.getFileName());
  }

  private static long size(Path file) {
    return Long.parseLong(file.getFileName().toString());
  }

  /**
   * Writes one, which is on the disk when this returns. Blocks.
   *
   * @param put the entities that facts put
   * @param hiding how their names are hidden
   * @return the file's SHA-256
   */
  static byte[] write(
      Path tree,
      SnapshotHead head,
      Map<EntityUid, Entity> put,
      Function<Entity, StoredEntity> hiding)
      throws IOException {
    Path directory = Files.createDirectories(directory(tree));
    Path draft = directory.resolve(".draft");
    MessageDigest sha256 = sha256();
    try (var file =
            FileChannel.open(
                draft,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE);
        OutputStream out =
            new BufferedOutputStream(
                new DigestOutputStream(Channels.newOutputStream(file), sha256), BUFFER)) {
      head.toBuilder().setEntities(put.size()).build().writeDelimitedTo(out);
      for (Entity entity : new TreeMap<>(put).values()) hiding.apply(entity).writeDelimitedTo(out);
      out.flush();
      file.force(true);
    }
    Files.move(
        draft, directory.resolve(Long.toString(head.getSize())), StandardCopyOption.ATOMIC_MOVE);
    try (var names = FileChannel.open(directory, StandardOpenOption.READ)) {
      names.force(true);
    }
    return sha256.digest();
  }

  /** Removes all but the latest; one before it stays, should that one be damaged. */
  static void thinOut(Path tree) throws IOException {
    thinOut(tree, KEPT);
  }

  /** Removes all but so many of the latest. */
  static void thinOut(Path tree, int kept) throws IOException {
    for (Path file : latestFirst(tree).stream().skip(kept).toList()) Files.deleteIfExists(file);
  }

  /**
   * One that was read.
   *
   * @param erased number of entities in it whose subjects were erased since
   * @param digest its SHA-256, which says whether it may be believed
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Read(SnapshotHead head, List<Change> put, long erased, byte[] digest) {}

  /** Reads one; empty where the file is none. Blocks. */
  static Optional<Read> read(Path file, Names names) throws IOException {
    MessageDigest sha256 = sha256();
    try (var in =
        new DigestInputStream(
            new BufferedInputStream(Files.newInputStream(file), BUFFER), sha256)) {
      SnapshotHead head = SnapshotHead.parseDelimitedFrom(in);
      if (head == null || head.getSize() != size(file)) return Optional.empty();
      var put = new ArrayList<Change>();
      long erased = 0;
      while (true) {
        var stored = StoredEntity.parseDelimitedFrom(in);
        if (stored == null) break;
        var entity = names.read(stored, "put");
        if (entity.isPresent()) put.add(new Change.Put(entity.get()));
        else erased++;
      }
      if (put.size() + erased != head.getEntities()) return Optional.empty();
      return Optional.of(new Read(head, put, erased, sha256.digest()));
    } catch (InvalidProtocolBufferException | ContractException | NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }
}
