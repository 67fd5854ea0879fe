package dev.ostiary.sidecar.sign;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Ed25519 keys in PEM, as OpenSSL writes them: PKCS #8, and SubjectPublicKeyInfo. */
public final class KeyFile {
  private static final int MAX_BYTES = 1 << 20;
  private static final String PRIVATE = "PRIVATE KEY";
  private static final String PUBLIC = "PUBLIC KEY";
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");

  private KeyFile() {}

  /** The public keys in a file, at least one. Blocks. */
  public static List<PublicKey> readPublic(Path file) throws IOException, SigningException {
    var keys = new ArrayList<PublicKey>();
    for (byte[] der : blocks(file, PUBLIC)) {
      try {
        keys.add(KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(der)));
      } catch (GeneralSecurityException e) {
        throw new SigningException(file + ": expected Ed25519 public keys");
      }
    }
    return keys;
  }

  /** The private key in a file. Blocks. */
  public static PrivateKey readPrivate(Path file) throws IOException, SigningException {
    var blocks = blocks(file, PRIVATE);
    if (blocks.size() > 1) throw new SigningException(file + ": expected one private key");
    try {
      var spec = new PKCS8EncodedKeySpec(blocks.getFirst());
      return KeyFactory.getInstance("Ed25519").generatePrivate(spec);
    } catch (GeneralSecurityException e) {
      throw new SigningException(file + ": expected an Ed25519 private key");
    }
  }

  private static List<byte[]> blocks(Path file, String wanted)
      throws IOException, SigningException {
    if (!Files.isRegularFile(file)) throw new SigningException(file + ": expected a file of keys");
    if (Files.size(file) > MAX_BYTES)
      throw new SigningException(file + ": expected a file of keys, got a large one");
    var found = new ArrayList<byte[]>();
    var matcher = BLOCK.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
    while (matcher.find()) {
      if (!matcher.group(1).equals(wanted))
        throw new SigningException(
            file + ": expected `" + wanted + "` in PEM, got `" + matcher.group(1) + "`");
      try {
        found.add(Base64.getMimeDecoder().decode(matcher.group(2)));
      } catch (IllegalArgumentException e) {
        throw new SigningException(file + ": expected base64 between the lines of PEM");
      }
    }
    if (found.isEmpty())
      throw new SigningException(file + ": expected `" + wanted + "` in PEM, got none");
    return found;
  }

  /** Writes a private key, for its owner alone, to a file that there is not yet. Blocks. */
  public static void write(Path file, PrivateKey key) throws IOException {
    var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    try (var out =
        Files.newByteChannel(
            file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), owner)) {
      out.write(StandardCharsets.US_ASCII.encode(pem(PRIVATE, key.getEncoded())));
    }
  }

  /** Writes a public key to a file that there is not yet. Blocks. */
  public static void write(Path file, PublicKey key) throws IOException {
    Files.writeString(file, pem(PUBLIC, key.getEncoded()), StandardOpenOption.CREATE_NEW);
  }

  private static String pem(String kind, byte[] der) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n";
  }

  /** A key's name: SHA-256 of its SubjectPublicKeyInfo in DER, in hexadecimal. */
  public static String id(PublicKey key) {
    try {
      var digest = MessageDigest.getInstance("SHA-256").digest(key.getEncoded());
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }
}
