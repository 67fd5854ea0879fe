package dev.ostiary.log.note;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/**
 * The Ed25519 key that signs a data directory's checkpoints. One key signs for every tree under it,
 * each time under that tree's origin as the key's name. Immutable; any thread may sign.
 *
 * <p>The file holds one line, {@code PRIVATE+KEY+NAME+HASH+BASE64}, as Go's note package writes it.
 */
public final class LogKey {
  private static final String PREFIX = "PRIVATE+KEY+";

  private final byte[] seed;
  private final PrivateKey privateKey;
  private final VerifierKey verifier;

  private LogKey(String name, byte[] seed) throws NoteException {
    this.seed = seed.clone();
    try {
      this.privateKey =
          KeyFactory.getInstance("Ed25519")
              .generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, this.seed));
      this.verifier = VerifierKey.ed25519(name, publicBytes(this.seed));
    } catch (GeneralSecurityException e) {
      throw new NoteException("expected an Ed25519 private key for `" + name + "`");
    }
  }

  /** A new random key. */
  public static LogKey generate(String name) throws NoteException {
    var seed = new byte[32];
    new SecureRandom().nextBytes(seed);
    return new LogKey(name, seed);
  }

  /**
   * Reads the key in {@code file}, or makes one there, readable by its owner alone, with its public
   * part beside it ({@code log.vkey} for {@code log.skey}).
   *
   * @param name the name of a key that is made; one that exists keeps its own
   * @throws NoteException if the file holds no key, or others may read it
   */
  public static LogKey loadOrCreate(Path file, String name) throws IOException, NoteException {
    Path absolute = file.toAbsolutePath();
    if (!Files.exists(absolute)) {
      Path parent = absolute.getParent();
      if (parent != null) Files.createDirectories(parent);
      var made = generate(name);
      try {
        writeNew(absolute, made.encoded() + "\n", "rw-------");
      } catch (FileAlreadyExistsException e) {
        // Another process made it in between: its key counts.
      }
    }
    var key = load(absolute);
    Path beside = publicPart(absolute);
    if (!Files.exists(beside)) {
      try {
        writeNew(beside, key.verifier + "\n", "rw-r--r--");
      } catch (FileAlreadyExistsException e) {
        // as above
      }
    }
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

  /** The path of the public part beside a private key's. */
  public static Path publicPart(Path file) {
    String name = String.valueOf(file.getFileName());
    String base = name.endsWith(".skey") ? name.substring(0, name.length() - 5) : name;
    return file.resolveSibling(base + ".vkey");
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
    if (typed.length != 33 || typed[0] != 1)
      throw new NoteException("expected an Ed25519 key of 33 bytes");
    var key = new LogKey(parts[0], Arrays.copyOfRange(typed, 1, 33));
    if (!HexFormat.of().toHexDigits(key.verifier.id()).equals(parts[1])) {
      throw new NoteException("expected the hash of the key, got `" + parts[1] + "`");
    }
    return key;
  }

  private String encoded() {
    var typed = new byte[33];
    typed[0] = 1;
    System.arraycopy(seed, 0, typed, 1, 32);
    return PREFIX
        + verifier.name()
        + "+"
        + HexFormat.of().toHexDigits(verifier.id())
        + "+"
        + Base64.getEncoder().encodeToString(typed);
  }

  /** The public part, under the name that the key was made with. */
  public VerifierKey verifier() {
    return verifier;
  }

  /** The public part under a tree's origin. */
  public VerifierKey verifier(String origin) throws NoteException {
    return verifier.named(origin);
  }

  /** The checkpoint, signed under its origin. */
  public SignedNote sign(Checkpoint checkpoint) throws NoteException {
    var named = verifier.named(checkpoint.origin());
    try {
      var ed25519 = Signature.getInstance("Ed25519");
      ed25519.initSign(privateKey);
      ed25519.update(checkpoint.text().getBytes(StandardCharsets.UTF_8));
      String base64 = Base64.getEncoder().encodeToString(ed25519.sign());
      return new SignedNote(
          checkpoint.text(),
          java.util.List.of(new SignedNote.Signature(named.name(), named.id(), base64)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e); // the key was accepted when it was made
    }
  }

  private static void writeNew(Path file, String text, String permissions) throws IOException {
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
      try (var channel = java.nio.channels.FileChannel.open(draft, StandardOpenOption.WRITE)) {
        var bytes = java.nio.ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) channel.write(bytes);
        channel.force(true);
      }
      Files.createLink(file, draft); // fails if the file exists, which a rename would not
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  /**
   * The JDK derives a public key only when it makes a pair, so it is given the seed as its
   * randomness.
   */
  private static byte[] publicBytes(byte[] seed) throws GeneralSecurityException {
    var pairs = KeyPairGenerator.getInstance("Ed25519");
    pairs.initialize(
        NamedParameterSpec.ED25519,
        new SecureRandom() {
          @Override
          public void nextBytes(byte[] bytes) {
            System.arraycopy(seed, 0, bytes, 0, bytes.length);
          }
        });
    byte[] der = pairs.generateKeyPair().getPublic().getEncoded();
    return Arrays.copyOfRange(der, der.length - 32, der.length);
  }
}
