package dev.ostiary.sidecar.config;

import java.net.URI;
import java.time.Duration;
import java.util.Set;

/**
 * Which tokens say who a principal is.
 *
 * @param issuer {@code iss}, as it is written
 * @param audiences one of which must be in {@code aud}
 * @param jwks where the issuer's keys are: an address, or a file
 * @param type entity type of the principals
 * @param claim what their ids are
 * @param skew how far the issuer's clock may be off
 */
public record JwtSettings(
    String issuer, Set<String> audiences, URI jwks, String type, String claim, Duration skew) {
  public JwtSettings {
    audiences = Set.copyOf(audiences);
  }
}
