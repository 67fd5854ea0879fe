package dev.ostiary.sidecar.bundle;

import dev.ostiary.cedar.Entities;
import dev.ostiary.cedar.schema.Schema;
import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.cedar.syntax.PolicyParser;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceError;
import dev.ostiary.cedar.syntax.SourceException;
import dev.ostiary.cedar.syntax.Span;
import dev.ostiary.cedar.validate.ValidationMode;
import dev.ostiary.cedar.validate.ValidationWarning;
import dev.ostiary.cedar.validate.Validator;
import dev.ostiary.sidecar.sign.SigningException;
import dev.ostiary.sidecar.sign.TrustedKeys;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Reads bundles and checks all that an activation asks for, so that what it gives can be activated.
 */
public final class BundleReader {
  static final String SETTINGS = "bundle.yaml";
  static final String POLICIES = ".cedar";
  static final String SCHEMA = ".cedarschema";
  static final String ENTITIES = ".json";
  private static final String ENTITIES_IN = "entities/";
  private static final String MIGRATIONS_IN = MigrationReader.DIRECTORY + "/";
  private static final String ADMIN = AdminPolicies.DIRECTORY + "/";

  private final List<SourceError> errors = new ArrayList<>();

  private BundleReader() {}

  /**
   * Reads and checks the bundle in a directory, whoever signed it. Blocks.
   *
   * @throws BundleException with every fault that was found
   */
  public static Bundle read(Path directory) throws BundleException {
    return of(BundleDirectory.read(directory).files());
  }

  /**
   * Reads and checks the bundle in a directory if {@code keys} signed it; nothing of it is parsed
   * otherwise. Blocks.
   *
   * @throws BundleException with every fault that was found
   */
  public static Bundle read(Path directory, TrustedKeys keys) throws BundleException {
    var read = BundleDirectory.read(directory);
    try {
      if (read.envelope().isEmpty())
        throw new SigningException(
            Manifest.FILE + ": expected signatures of the bundle, got nothing there");
      return of(
          read.files(), Optional.of(Manifest.check(read.files(), read.envelope().get(), keys)));
    } catch (SigningException e) {
      throw new BundleException(
          List.of(new SourceError(Span.NONE, String.valueOf(e.getMessage()))));
    }
  }

  /**
   * Reads and checks a bundle by its canonical form.
   *
   * @throws BundleException with every fault that was found
   */
  public static Bundle of(List<BundleFile> files) throws BundleException {
    return of(files, Optional.empty());
  }

  /** The same of one whose signatures were checked. */
  public static Bundle of(List<BundleFile> files, Optional<Signed> signed) throws BundleException {
    return new BundleReader().bundle(files, signed);
  }

  /**
   * The migrations alone of a bundle's canonical form, read as when it was activated.
   *
   * @throws BundleException with every fault that was found
   */
  public static List<Migration> migrations(List<BundleFile> files) throws BundleException {
    var reader = new BundleReader();
    var migrations =
        MigrationReader.read(
            reader.sources(files, MIGRATIONS_IN, ENTITIES),
            Long.MAX_VALUE,
            Optional.empty(),
            reader.errors);
    if (!reader.errors.isEmpty()) throw new BundleException(reader.errors);
    return migrations;
  }

  private Bundle bundle(List<BundleFile> files, Optional<Signed> signed) throws BundleException {
    var sorted = files.stream().sorted(Comparator.comparing(BundleFile::path)).toList();
    Optional<Schema> written = schema(sources(sorted, SCHEMA));
    Optional<Secrets> secrets = written.map(Secrets::new);
    Optional<Schema> schema = secrets.map(Secrets::open);
    BundleSettings settings = settings(sources(sorted, SETTINGS), schema);
    List<Policy> policies = policies(sources(sorted, POLICIES), settings);
    Optional<AdminPolicies> admin = admin(sources(sorted, ADMIN, POLICIES), settings);
    List<ValidationWarning> warnings =
        secrets.map(marked -> validate(policies, written.get(), marked)).orElse(List.of());
    SchemaMarks marks =
        written.map(read -> SchemaMarksReader.read(read, errors)).orElse(SchemaMarks.NONE);
    schema.ifPresent(read -> ReservedContext.check(read, errors));
    Entities entities = Entities.EMPTY;
    if (schema.isPresent()) {
      entities =
          new EntityReader(schema.get(), errors).read(sources(sorted, ENTITIES_IN, ENTITIES));
    }
    List<Migration> migrations =
        MigrationReader.read(
            sources(sorted, MIGRATIONS_IN, ENTITIES), settings.version(), schema, errors);
    if (!errors.isEmpty() || schema.isEmpty() || secrets.isEmpty()) {
      errors.sort(
          Comparator.comparing((SourceError error) -> error.span().source().name())
              .thenComparingInt(error -> error.span().start()));
      throw new BundleException(errors);
    }
    return new Bundle(
        sorted,
        Bundle.digest(sorted),
        signed,
        Optional.empty(),
        settings,
        schema.get(),
        marks,
        secrets.get(),
        policies,
        admin,
        entities,
        migrations,
        warnings);
  }

  /** What a policy reads must be there in every request that the schema allows, and no secret. */
  private List<ValidationWarning> validate(List<Policy> policies, Schema written, Secrets secrets) {
    var result = new Validator(written).validate(policies, ValidationMode.STRICT);
    result.errors().forEach(error -> errors.add(error.error()));
    if (!secrets.isEmpty()) new SecretChecks(secrets.names(), errors).check(policies);
    return result.warnings();
  }

  private Optional<Schema> schema(List<Source> sources) {
    if (sources.isEmpty()) {
      errors.add(new SourceError(Span.NONE, "expected a schema in `*" + SCHEMA + "`, got none"));
      return Optional.empty();
    }
    try {
      Schema schema = Schema.parse(sources.toArray(Source[]::new));
      if (schema.isComplete()) return Optional.of(schema);
      errors.add(new SourceError(Span.NONE, "expected a schema in which nothing is external"));
    } catch (SourceException e) {
      errors.addAll(e.errors());
    }
    return Optional.empty();
  }

  private BundleSettings settings(List<Source> sources, Optional<Schema> schema) {
    if (sources.isEmpty())
      errors.add(new SourceError(Span.NONE, SETTINGS + ": expected the file, got nothing there"));
    Source source =
        sources.isEmpty() ? new Source(SETTINGS, "name: none\nversion: 1") : sources.getFirst();
    return SettingsReader.read(source, schema, errors);
  }

  private List<Policy> policies(List<Source> sources, BundleSettings settings) {
    var policies = new ArrayList<Policy>();
    for (Source source : sources) {
      try {
        policies.addAll(PolicyParser.policies(source));
      } catch (SourceException e) {
        errors.addAll(e.errors());
      }
    }
    return new PolicyChecks(settings, errors).identified(policies);
  }

  /** The sidecar's own policies, which are about the program's own schema. */
  private Optional<AdminPolicies> admin(List<Source> sources, BundleSettings settings) {
    if (sources.isEmpty()) return Optional.empty();
    var admin = new AdminPolicies(AdminPolicies.BUILT_IN.schema(), policies(sources, settings));
    new Validator(admin.schema())
        .validate(admin.policies(), ValidationMode.STRICT)
        .errors()
        .forEach(error -> errors.add(error.error()));
    return Optional.of(admin);
  }

  private List<Source> sources(List<BundleFile> files, String end) {
    return sources(files, "", end);
  }

  /** The files in {@code directory}, which ends with a slash where it is one below. */
  private List<Source> sources(List<BundleFile> files, String directory, String end) {
    var sources = new ArrayList<Source>();
    for (BundleFile file : files) {
      String path = file.path();
      if (path.startsWith(directory)
          && path.indexOf('/', directory.length()) < 0
          && path.endsWith(end))
        text(file).ifPresent(text -> sources.add(new Source(file.path(), text)));
    }
    return sources;
  }

  private Optional<String> text(BundleFile file) {
    var bytes = ByteBuffer.wrap(file.content());
    try {
      return Optional.of(
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .decode(bytes)
              .toString());
    } catch (CharacterCodingException _) {
      String before = new String(file.content(), 0, bytes.position(), StandardCharsets.UTF_8);
      var source = new Source(file.path(), before);
      errors.add(new SourceError(source.span(before.length(), before.length()), "expected UTF-8"));
      return Optional.empty();
    }
  }
}
