package dev.ostiary.log.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Who signs requests. Its text form holds no secret.
 *
 * @param session the token of temporary credentials
 */
public record Credentials(String accessKey, String secretKey, Optional<String> session) {

  /** Where credentials come from, asked at each request, so that they can be rotated. */
  @FunctionalInterface
  public interface Source {
    /** Those to use now. */
    Credentials now() throws IOException;
  }

  /**
   * Those of the environment: {@code AWS_ACCESS_KEY_ID}, {@code AWS_SECRET_ACCESS_KEY} and, for
   * temporary ones, {@code AWS_SESSION_TOKEN}.
   */
  public static Source environment(Map<String, String> environment) {
    return () ->
        of(
            environment,
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_SESSION_TOKEN",
            "the environment");
  }

  /**
   * Those of the first profile of a file in the form that AWS's own tools use: {@code
   * aws_access_key_id = …}, {@code aws_secret_access_key = …}, {@code aws_session_token = …}. Read
   * at each request.
   */
  public static Source file(Path file) {
    return () -> {
      var found = new HashMap<String, String>();
      for (String line : Files.readAllLines(file)) {
        int equals = line.indexOf('=');
        if (equals > 0 && !line.startsWith("#"))
          found.putIfAbsent(line.substring(0, equals).strip(), line.substring(equals + 1).strip());
      }
      return of(
          found,
          "aws_access_key_id",
          "aws_secret_access_key",
          "aws_session_token",
          file.toString());
    };
  }

  private static Credentials of(
      Map<String, String> from, String access, String secret, String session, String where)
      throws IOException {
    String accessKey = from.getOrDefault(access, "");
    String secretKey = from.getOrDefault(secret, "");
    if (accessKey.isEmpty() || secretKey.isEmpty())
      throw new IOException("expected " + access + " and " + secret + " in " + where);
    return new Credentials(
        accessKey, secretKey, Optional.ofNullable(from.get(session)).filter(s -> !s.isEmpty()));
  }

  @Override
  public String toString() {
    return "Credentials[" + accessKey + "]";
  }
}
