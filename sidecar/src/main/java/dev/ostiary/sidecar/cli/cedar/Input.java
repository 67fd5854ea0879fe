package dev.ostiary.sidecar.cli.cedar;

import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.sidecar.cli.UserException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Texts that a command reads. */
final class Input {
  private Input() {}

  /** The notations of policies and schemas. */
  enum Format {
    cedar,
    json
  }

  /** The file's text; that of standard input where {@code file} is null. */
  static Source read(@Nullable Path file) throws IOException {
    String name = file == null ? "stdin" : file.toString();
    try {
      byte[] bytes = file == null ? System.in.readAllBytes() : Files.readAllBytes(file);
      var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return new Source(name, text.toString());
    } catch (NoSuchFileException _) {
      throw new UserException("there is no file `" + file + "`");
    } catch (CharacterCodingException _) {
      throw new UserException("`" + name + "` is not UTF-8 text");
    }
  }
}
