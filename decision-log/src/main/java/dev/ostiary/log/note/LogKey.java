package dev.ostiary.log.note;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * A key that signs a data directory's checkpoints: Ed25519, or ML-DSA-44 for a second signature.
 * One key signs for every tree under it, each time under that tree's origin as the key's name.
 * Immutable; any thread may sign.
 *
 * <p>The file holds one line, {@code PRIVATE+KEY+NAME+HASH+BASE64}, as Go's note package writes it;
 * the Base64 is the kind's byte and a seed of 32 bytes.
 */
public final class LogKey {
  private static final String PREFIX = "PRIVATE+KEY+";

  private final KeyKind kind;
  private final byte[] seed;
  private final PrivateKey privateKey;
  private final VerifierKey verifier;

  private LogKey(String name, KeyKind kind, byte[] seed) throws NoteException {
    this.kind = kind;
    this.seed = seed.clone();
    try {
      var pair = kind.pair(this.seed);
      this.privateKey = pair.getPrivate();
      this.verifier = new VerifierKey(name, kind, kind.publicBytes(pair.getPublic()));
    } catch (GeneralSecurityException e) {
      throw new NoteException(
          "expected an " + kind.algorithm() + " private key for `" + name + "`");
    }
  }

  private LogKey(KeyKind kind, byte[] seed, PrivateKey privateKey, VerifierKey verifier) {
    this.kind = kind;
    this.seed = seed;
    this.privateKey = privateKey;
    this.verifier = verifier;
  }

  /** A new random Ed25519 key. */
  public static LogKey generate(String name) throws NoteException {
    return generate(name, KeyKind.ED25519);
  }

  /** A new random ML-DSA-44 key. */
  public static LogKey generateMlDsa44(String name) throws NoteException {
    return generate(name, KeyKind.ML_DSA_44);
  }

  private static LogKey generate(String name, KeyKind kind) throws NoteException {
    var seed = new byte[KeyKind.SEED_BYTES];
    new SecureRandom().nextBytes(seed);
    return new LogKey(name, kind, seed);
  }

  /**
   * Reads the key in {@code file}, or makes an Ed25519 one there, readable by its owner alone, with
   * its public part beside it as {@code log.vkey}.
   *
   * @param name the name of a key that is made; one that exists keeps its own
   * @throws NoteException if the file holds no key, or others may read it, or a public part beside
   *     it is another key's
   */
  public static LogKey loadOrCreate(Path file, String name) throws IOException, NoteException {
    Path absolute = file.toAbsolutePath();
    Path beside = absolute.resolveSibling("log.vkey");
    if (!Files.exists(absolute)) {
      if (Files.exists(beside)) {
        // A new key would sign for a log that others know by the old one.
        throw new NoteException(
            file + ": expected the private key of " + beside + ", found none; restore it");
      }
      var made = generate(name);
      made.save(absolute);
    }
    var key = load(absolute);
    key.keepPublicPart(beside);
    return key;
  }

  /** Reads the key in {@code file}. */
  public static LogKey load(Path file) throws IOException, NoteException {
    if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      var permissions = Files.getPosixFilePermissions(file);
      if (permissions.stream().anyMatch(p -> !p.name().startsWith("OWNER"))) {
        throw new NoteException(
            file
                + ": expected a key that only its owner may read (0600), got "
                + PosixFilePermissions.toString(permissions));
      }
    }
    try {
      return parse(Files.readString(file).strip());
    } catch (NoteException e) {
      throw new NoteException(file + ": " + e.getMessage());
    }
  }

  /** Writes the key to {@code file}, readable by its owner alone, unless one is there. */
  public void save(Path file) throws IOException {
    Path parent = file.toAbsolutePath().getParent();
    if (parent != null) Files.createDirectories(parent);
    writeNew(file.toAbsolutePath(), encoded() + "\n", "rw-------");
  }

  /**
   * Writes the public part to {@code file}, unless it is there, under whatever name.
   *
   * @throws NoteException if the file holds something else
   */
  public void keepPublicPart(Path file) throws IOException, NoteException {
    writeNew(file.toAbsolutePath(), verifier + "\n", "rw-r--r--");
    VerifierKey there;
    try {
      there = VerifierKey.parse(Files.readString(file));
    } catch (NoteException e) {
      throw new NoteException(file + ": " + e.getMessage());
    }
    if (!there.named(verifier.name()).equals(verifier)) {
      throw new NoteException(file + ": expected the log's key " + verifier + ", got " + there);
    }
  }

  private static LogKey parse(String text) throws NoteException {
    String[] parts =
        text.startsWith(PREFIX) ? text.substring(PREFIX.length()).split("\\+", 3) : new String[0];
    if (parts.length != 3) throw new NoteException("expected " + PREFIX + "NAME+HASH+BASE64");
    byte[] typed;
    try {
      typed = Base64.getDecoder().decode(parts[2]);
    } catch (IllegalArgumentException e) {
      throw new NoteException("expected a key in base64");
    }
    var kind = typed.length == 0 ? Optional.<KeyKind>empty() : KeyKind.of(typed[0]);
    if (kind.isEmpty() || typed.length != 1 + KeyKind.SEED_BYTES)
      throw new NoteException("expected an Ed25519 or ML-DSA-44 key of 33 bytes");
    var key = new LogKey(parts[0], kind.get(), Arrays.copyOfRange(typed, 1, typed.length));
    if (!HexFormat.of().toHexDigits(key.verifier.id()).equals(parts[1])) {
      throw new NoteException("expected the hash of the key, got `" + parts[1] + "`");
    }
    return key;
  }

  private String encoded() {
    return PREFIX
        + verifier.name()
        + "+"
        + HexFormat.of().toHexDigits(verifier.id())
        + "+"
        + VerifierKey.typed(kind, seed);
  }

  /** Whether it is an ML-DSA-44 key, which makes second signatures only. */
  public boolean isMlDsa44() {
    return kind == KeyKind.ML_DSA_44;
  }

  /** The same key under another name. */
  public LogKey named(String name) throws NoteException {
    return new LogKey(kind, seed, privateKey, verifier.named(name));
  }

  /** The public part, under the name that the key was made with. */
  public VerifierKey verifier() {
    return verifier;
  }

  /** The public part under a tree's origin. */
  public VerifierKey verifier(String origin) throws NoteException {
    return verifier.named(origin);
  }

  /** The checkpoint, signed under its origin, at the time that the clock shows. */
  public SignedNote sign(Checkpoint checkpoint) throws NoteException {
    return new SignedNote(checkpoint.text(), List.of(signature(checkpoint)));
  }

  /** One signature line under a checkpoint. */
  public SignedNote.Signature signature(Checkpoint checkpoint) throws NoteException {
    var named = verifier.named(checkpoint.origin());
    long seconds = kind.timestamped() ? System.currentTimeMillis() / 1000 : 0;
    try {
      var signing = Signature.getInstance(kind.algorithm());
      signing.initSign(privateKey);
      signing.update(kind.message(named.name(), seconds, checkpoint.text()));
      var bytes = ByteBuffer.allocate(kind.signatureBytes());
      if (kind.timestamped()) bytes.putLong(seconds);
      bytes.put(signing.sign());
      String base64 = Base64.getEncoder().encodeToString(bytes.array());
      return new SignedNote.Signature(named.name(), named.id(), base64);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e); // the key was accepted when it was made
    }
  }

  private static void writeNew(Path file, String text, String permissions) throws IOException {
    if (Files.exists(file)) return;
    FileAttribute<?>[] attributes =
        file.getFileSystem().supportedFileAttributeViews().contains("posix")
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
            }
            : new FileAttribute<?>[0];
    // Written whole under another name first, so that nobody ever reads half a key.
    Path draft =
        Files.createTempFile(file.getParent(), file.getFileName() + ".", ".new", attributes);
    try {
      try (var channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
        var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) channel.write(bytes);
        channel.force(true);
      }
      Files.createLink(file, draft); // fails if the file exists, which a rename would not
    } catch (FileAlreadyExistsException e) {
      // Another process made it in between: its file counts.
    } finally {
      Files.deleteIfExists(draft);
    }
  }
}
