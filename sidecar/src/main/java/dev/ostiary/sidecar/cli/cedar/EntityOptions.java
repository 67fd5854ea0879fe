package dev.ostiary.sidecar.cli.cedar;

import dev.ostiary.cedar.Entities;
import dev.ostiary.cedar.json.EntitiesJson;
import dev.ostiary.cedar.schema.Schema;
import dev.ostiary.cedar.syntax.SourceException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where entities come from. */
final class EntityOptions {
  @Option(names = "--entities", paramLabel = "FILE", description = "The entities as JSON.")
  private @Nullable Path file;

  boolean isGiven() {
    return file != null;
  }

  Entities read(Optional<Schema> schema) throws IOException, SourceException {
    if (file == null) return Entities.EMPTY;
    var source = Input.read(file);
    return schema.isPresent() ? EntitiesJson.load(source, schema.get()) : EntitiesJson.load(source);
  }
}
