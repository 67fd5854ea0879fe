package dev.ostiary.sidecar.cli.cedar;

import dev.ostiary.cedar.schema.Schema;
import dev.ostiary.cedar.schema.SchemaFragment;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a schema comes from. */
final class SchemaOptions {
  @Option(
      names = {"-s", "--schema"},
      paramLabel = "FILE",
      description = "The schema.")
  private @Nullable Path file;

  @Option(
      names = "--schema-format",
      paramLabel = "FORMAT",
      description =
          "${COMPLETION-CANDIDATES}; by default json where the file's name ends in .json.")
  private Input.@Nullable Format format;

  boolean isGiven() {
    return file != null;
  }

  Optional<Schema> read() throws IOException, SourceException {
    return file == null
        ? Optional.empty()
        : Optional.of(Schema.of(List.of(fragment(Input.read(file), json(file)))));
  }

  private boolean json(Path path) {
    return format == null ? path.toString().endsWith(".json") : format == Input.Format.json;
  }

  private static SchemaFragment fragment(Source source, boolean json) throws SourceException {
    return json ? SchemaFragment.parseJson(source) : SchemaFragment.parse(source);
  }
}
