package dev.ostiary.sidecar.cli.cedar;

import dev.ostiary.cedar.json.JsonWriter;
import dev.ostiary.cedar.schema.SchemaFragment;
import dev.ostiary.cedar.syntax.SourceException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ostiary cedar translate-schema}. */
@Command(
    name = "translate-schema",
    description = "Write a schema in the other of its two notations, without comments.",
    mixinStandardHelpOptions = true)
final class TranslateSchemaCommand extends Action {
  @Option(
      names = "--direction",
      required = true,
      paramLabel = "DIRECTION",
      description = "cedar-to-json, cedar-to-json-with-resolved-types or json-to-cedar.")
  private Translation direction = Translation.CEDAR_TO_JSON;

  /** From which notation to which. */
  enum Translation {
    CEDAR_TO_JSON,
    CEDAR_TO_JSON_WITH_RESOLVED_TYPES,
    JSON_TO_CEDAR;

    /** As it is written on the command line. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  @Option(
      names = {"-s", "--schema"},
      paramLabel = "FILE",
      description = "The schema; standard input by default.")
  private @Nullable Path file;

  @Override
  int run(PrintWriter out) throws IOException, SourceException {
    var source = Input.read(file);
    switch (direction) {
      case CEDAR_TO_JSON -> out.println(JsonWriter.pretty(SchemaFragment.parse(source).toJson()));
      case CEDAR_TO_JSON_WITH_RESOLVED_TYPES ->
          out.println(JsonWriter.pretty(SchemaFragment.parse(source).qualified().toJson()));
      case JSON_TO_CEDAR -> out.print(SchemaFragment.parseJson(source).toCedar());
    }
    out.flush();
    return DONE;
  }
}
