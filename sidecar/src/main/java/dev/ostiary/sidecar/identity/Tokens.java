package dev.ostiary.sidecar.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.sidecar.config.JwtSettings;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.ParseException;
import java.time.Instant;
import java.util.Collections;
import java.util.Date;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Verifies the tokens of one issuer. What was verified is remembered by its digest, until it ends
 * or the issuer's keys change. Any thread; never blocks.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8725">RFC 8725, best current practices</a>
 */
public final class Tokens implements AutoCloseable {
  private static final int MAX_LENGTH = 16 << 10;
  private static final int MAX_KNOWN = 10_000;
  private static final int LEAST_RSA_BITS = 2048;
  private static final String SCHEME = "bearer ";

  /** A secret that both sides know is none here, so nobody's public key is ever taken for one. */
  private static final Set<JWSAlgorithm> RSA =
      Set.of(
          JWSAlgorithm.RS256,
          JWSAlgorithm.RS384,
          JWSAlgorithm.RS512,
          JWSAlgorithm.PS256,
          JWSAlgorithm.PS384,
          JWSAlgorithm.PS512);

  private static final Set<JWSAlgorithm> CURVES =
      Set.of(JWSAlgorithm.ES256, JWSAlgorithm.ES384, JWSAlgorithm.ES512);
  private static final Set<JOSEObjectType> TYPES =
      Set.of(
          JOSEObjectType.JWT,
          new JOSEObjectType("at+jwt"),
          new JOSEObjectType("application/at+jwt"));

  private final JwtSettings settings;
  private final LongSupplier nowMillis;
  private final Cache<String, Token> known = Caffeine.newBuilder().maximumSize(MAX_KNOWN).build();
  private final TokenKeys keys;

  /**
   * Verifies by {@code settings}; begins to ask for the keys.
   *
   * @param nowMillis the time, in milliseconds since 1970
   */
  public Tokens(JwtSettings settings, LongSupplier nowMillis) {
    this.settings = settings;
    this.nowMillis = nowMillis;
    this.keys = new TokenKeys(settings.jwks(), known::invalidateAll);
  }

  /**
   * What comes of the {@code Authorization} headers of a call.
   *
   * @param then told once: at once, unless the issuer has to be asked for its keys
   */
  public void presented(List<String> authorization, Consumer<Presented> then) {
    if (authorization.size() > 1) {
      then.accept(new Presented.Invalid("the Authorization header comes twice"));
      return;
    }
    Optional<String> token = authorization.stream().findFirst().flatMap(Tokens::bearer);
    if (token.isEmpty()) {
      then.accept(new Presented.Nothing());
      return;
    }
    String digest = digest(token.get());
    Token verified = known.getIfPresent(digest);
    if (verified != null) {
      then.accept(current(verified));
      return;
    }
    SignedJWT jwt;
    try {
      jwt = parsed(token.get());
    } catch (Refusal e) {
      then.accept(new Presented.Invalid(String.valueOf(e.getMessage())));
      return;
    }
    told(
        keys.now(),
        held -> {
          if (held.byId().containsKey(jwt.getHeader().getKeyID()) && !held.isUnknown())
            then.accept(verdict(jwt, held, digest));
          else told(keys.again(), asked -> then.accept(verdict(jwt, asked, digest)));
        });
  }

  private static void told(
      CompletableFuture<TokenKeys.Keys> future, Consumer<TokenKeys.Keys> then) {
    var _ = future.thenAccept(then);
  }

  private static Optional<String> bearer(String header) {
    if (!header.toLowerCase(Locale.ROOT).startsWith(SCHEME)) return Optional.empty();
    return Optional.of(header.substring(SCHEME.length()).strip());
  }

  private Presented current(Token token) {
    return nowMillis.getAsLong() < token.untilMillis()
        ? new Presented.Valid(token)
        : new Presented.Invalid("the token has expired");
  }

  /** A token that is refused; the message holds nothing of it. */
  private static final class Refusal extends Exception {
    private static final long serialVersionUID = 1;

    Refusal(String message) {
      super(message, null, false, false);
    }
  }

  private static SignedJWT parsed(String text) throws Refusal {
    if (text.length() > MAX_LENGTH) throw new Refusal("the token is too long");
    SignedJWT jwt;
    try {
      jwt = SignedJWT.parse(text);
    } catch (ParseException | RuntimeException e) {
      throw new Refusal("expected a signed JWT");
    }
    var header = jwt.getHeader();
    if (!RSA.contains(header.getAlgorithm()) && !CURVES.contains(header.getAlgorithm()))
      throw new Refusal("the token's algorithm is not accepted");
    if (header.getCriticalParams() != null && !header.getCriticalParams().isEmpty())
      throw new Refusal("the token asks for what is not understood");
    if (header.getType() != null && !TYPES.contains(header.getType()))
      throw new Refusal("the token is of another type");
    if (header.getKeyID() == null) throw new Refusal("the token names no key");
    return jwt;
  }

  private Presented verdict(SignedJWT jwt, TokenKeys.Keys held, String digest) {
    if (held.isUnknown()) return new Presented.Untold();
    try {
      JWK key = held.byId().get(jwt.getHeader().getKeyID());
      if (key == null) throw new Refusal("the issuer does not have the token's key");
      checkSignature(jwt, key);
      Token token = token(jwt.getJWTClaimsSet());
      known.put(digest, token);
      return new Presented.Valid(token);
    } catch (Refusal e) {
      return new Presented.Invalid(String.valueOf(e.getMessage()));
    } catch (JOSEException | ParseException | RuntimeException e) {
      return new Presented.Invalid("the token cannot be verified");
    }
  }

  /** The key says which algorithms are its own, never the token alone. */
  private static void checkSignature(SignedJWT jwt, JWK key) throws Refusal, JOSEException {
    JWSAlgorithm algorithm = jwt.getHeader().getAlgorithm();
    if ((key.getKeyUse() != null && !key.getKeyUse().equals(KeyUse.SIGNATURE))
        || (key.getAlgorithm() != null && !key.getAlgorithm().equals(algorithm)))
      throw new Refusal("the token's key is for something else");
    boolean holds;
    if (key instanceof RSAKey rsa && RSA.contains(algorithm)) {
      if (rsa.size() < LEAST_RSA_BITS) throw new Refusal("the token's key is too short");
      holds = jwt.verify(new RSASSAVerifier(rsa));
    } else if (key instanceof ECKey curve && CURVES.contains(algorithm)) {
      holds = jwt.verify(new ECDSAVerifier(curve));
    } else {
      throw new Refusal("the token's key is for another algorithm");
    }
    if (!holds) throw new Refusal("the token's signature does not hold");
  }

  private Token token(JWTClaimsSet claims) throws Refusal, ParseException {
    if (!settings.issuer().equals(claims.getIssuer()))
      throw new Refusal("the token is of another issuer");
    if (Collections.disjoint(settings.audiences(), claims.getAudience()))
      throw new Refusal("the token is for another audience");
    long now = nowMillis.getAsLong();
    long skew = settings.skew().toMillis();
    long until = millis(claims.getExpirationTime(), Long.MIN_VALUE) + skew;
    if (claims.getExpirationTime() == null || now >= until)
      throw new Refusal("the token has expired");
    if (now + skew < millis(claims.getNotBeforeTime(), Long.MIN_VALUE)
        || now + skew < millis(claims.getIssueTime(), Long.MIN_VALUE))
      throw new Refusal("the token does not hold yet");
    String subject = claims.getSubject();
    String id = claims.getStringClaim(settings.claim());
    if (subject == null || subject.isEmpty() || id == null || id.isEmpty())
      throw new Refusal("the token names nobody");
    var texts = new HashMap<String, String>();
    claims
        .getClaims()
        .forEach((name, value) -> {
          if (value instanceof String || value instanceof Number || value instanceof Boolean)
            texts.put(name, value.toString());
        });
    return new Token(EntityUid.of(settings.type(), id), subject, until, texts);
  }

  private static long millis(@Nullable Date date, long otherwise) {
    return date == null ? otherwise : instant(date).toEpochMilli();
  }

  private static Instant instant(Date date) {
    return date.toInstant();
  }

  private static String digest(String token) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }

  @Override
  public void close() {
    keys.close();
  }
}
