package dev.ostiary.sidecar.identity;

import dev.ostiary.cedar.EntityUid;
import java.util.Map;

/**
 * What a verified token says.
 *
 * @param principal whom it names
 * @param subject {@code sub}
 * @param untilMillis when it ends, in milliseconds since 1970
 * @param claims those that are a text, a number or a Boolean, as texts
 */
public record Token(
    EntityUid principal, String subject, long untilMillis, Map<String, String> claims) {
  public Token {
    claims = Map.copyOf(claims);
  }
}
