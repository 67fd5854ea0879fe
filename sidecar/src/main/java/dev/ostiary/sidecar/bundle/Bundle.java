package dev.ostiary.sidecar.bundle;

import dev.ostiary.cedar.Entities;
import dev.ostiary.cedar.schema.Schema;
import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.cedar.validate.ValidationWarning;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * A bundle that was read and found good: it can be activated.
 *
 * @param files its canonical form: what is activated, by path in ascending order
 * @param digest of its canonical form, as {@link #digest(List)} gives it
 * @param signed who signed it; empty where nobody asked
 * @param recovery who set its policies of the sidecar aside, if somebody did
 * @param settings {@code bundle.yaml}
 * @param schema all schema files together, without the attributes that are secret
 * @param marks what the schema's annotations say
 * @param secrets the attributes that are
 * @param policies all policy files together; their ids are their {@code @id}
 * @param admin the sidecar's own policies, if the bundle brings them
 * @param entities all entity files together, and the actions
 * @param migrations what becomes of entities that facts put, by version
 * @param warnings what the validator found sound, but hardly meant
 */
@SuppressWarnings("ArrayRecordComponent")
public record Bundle(
    List<BundleFile> files,
    byte[] digest,
    Optional<Signed> signed,
    Optional<Signed> recovery,
    BundleSettings settings,
    Schema schema,
    SchemaMarks marks,
    Secrets secrets,
    List<Policy> policies,
    Optional<AdminPolicies> admin,
    Entities entities,
    List<Migration> migrations,
    List<ValidationWarning> warnings) {
  /** The most bytes that the files may have together, so that an activation is one fact. */
  public static final long MAX_BYTES = 15 << 20;

  public Bundle {
    files = List.copyOf(files);
    policies = List.copyOf(policies);
    migrations = List.copyOf(migrations);
    warnings = List.copyOf(warnings);
  }

  /**
   * The same without its policies of the sidecar, so that those of the program hold.
   *
   * @param by who said so
   */
  public Bundle recovered(Signed by) {
    return new Bundle(
        files,
        digest,
        signed,
        Optional.of(by),
        settings,
        schema,
        marks,
        secrets,
        policies,
        Optional.empty(),
        entities,
        migrations,
        warnings);
  }

  /** Its name. */
  public String name() {
    return settings.name();
  }

  /** What it has of policies of the sidecar itself, by path. */
  public List<byte[]> adminFiles() {
    return files.stream()
        .filter(file -> file.path().startsWith(AdminPolicies.DIRECTORY + "/"))
        .map(BundleFile::content)
        .toList();
  }

  /** Its version, which rises with every activation; at least 1. */
  public long version() {
    return settings.version();
  }

  /**
   * SHA-256 over the files by path in ascending order: of each the path's length in bytes (4 bytes,
   * big-endian), the path in UTF-8, the content's length (4 bytes, big-endian), the content.
   *
   * @return 32 bytes
   */
  public static byte[] digest(List<BundleFile> files) {
    try {
      var sha256 = MessageDigest.getInstance("SHA-256");
      for (BundleFile file : files) {
        byte[] path = file.path().getBytes(StandardCharsets.UTF_8);
        sha256.update(length(path));
        sha256.update(path);
        sha256.update(length(file.content()));
        sha256.update(file.content());
      }
      return sha256.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }

  private static byte[] length(byte[] bytes) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array();
  }

  /** {@code lab version 3 (9f86d081…)}. */
  @Override
  public String toString() {
    return name() + " version " + version() + " (" + HexFormat.of().formatHex(digest, 0, 4) + "…)";
  }
}
