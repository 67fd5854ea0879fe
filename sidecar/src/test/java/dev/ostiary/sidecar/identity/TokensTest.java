package dev.ostiary.sidecar.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.sidecar.config.JwtSettings;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Tokens that hold, and those that somebody would like to. */
final class TokensTest {
  private static JwtSettings settings(String keys) {
    return new JwtSettings(
        Issuer.NAME,
        Set.of(Issuer.AUDIENCE),
        URI.create(keys),
        "User",
        "sub",
        Duration.ofSeconds(30));
  }

  private static Presented presented(Tokens tokens, String... headers) throws Exception {
    var told = new CompletableFuture<Presented>();
    tokens.presented(List.of(headers), told::complete);
    return told.get(20, TimeUnit.SECONDS);
  }

  private static Presented bearer(Tokens tokens, String token) throws Exception {
    return presented(tokens, "Bearer " + token);
  }

  private static JWSHeader.Builder rs256(Issuer issuer) {
    return new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(issuer.key().getKeyID());
  }

  private static Date in(int seconds) {
    return Date.from(Instant.now().plusSeconds(seconds));
  }

  @Test
  void whatATokenSaysIsBelievedOnlyWhereEverythingHolds() throws Exception {
    try (var issuer = new Issuer();
        var tokens = new Tokens(settings(issuer.keysAddress()), System::currentTimeMillis)) {
      String good = issuer.token("ada");
      var token = assertInstanceOf(Presented.Valid.class, bearer(tokens, good)).token();
      assertEquals(EntityUid.of("User", "ada"), token.principal());
      assertInstanceOf(Presented.Valid.class, presented(tokens, "bearer " + good));
      assertInstanceOf(Presented.Nothing.class, presented(tokens));
      assertInstanceOf(Presented.Nothing.class, presented(tokens, "Basic YTpi"));

      var hostile = new LinkedHashMap<String, String>();
      hostile.put("not signed", new PlainJWT(Issuer.claims("ada").build()).serialize());
      hostile.put("alg none in another case", none(good, "{\"alg\":\"nOnE\",\"kid\":\"first\"}"));
      hostile.put("the public key as a secret", confused(issuer.key()));
      hostile.put("no text of ours", "a.b.c");
      hostile.put("two parts", good.substring(0, good.lastIndexOf('.')));
      hostile.put("no signature", good.substring(0, good.lastIndexOf('.') + 1));
      hostile.put("another subject", swapped(good, issuer.token("eve")));
      hostile.put(
          "an unknown key", header(issuer, new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("x")));
      hostile.put("no key", header(issuer, new JWSHeader.Builder(JWSAlgorithm.RS256)));
      hostile.put(
          "a key of its own",
          header(issuer, rs256(issuer).jwk(issuer.key().toPublicJWK()).keyID("own")));
      hostile.put("crit", header(issuer, rs256(issuer).criticalParams(Set.of("exp"))));
      hostile.put(
          "another type", header(issuer, rs256(issuer).type(new JOSEObjectType("logout+jwt"))));
      for (var wrong :
          Map.of(
                  "issuer", Issuer.claims("ada").issuer(Issuer.NAME + "/"),
                  "no issuer", Issuer.claims("ada").issuer(null),
                  "audience", Issuer.claims("ada").audience("other"),
                  "no audience", Issuer.claims("ada").audience((String) null),
                  "expired", Issuer.claims("ada").expirationTime(in(-31)),
                  "for ever", Issuer.claims("ada").expirationTime(null),
                  "not yet", Issuer.claims("ada").notBeforeTime(in(40)),
                  "of tomorrow", Issuer.claims("ada").issueTime(in(40)),
                  "nobody", Issuer.claims("ada").subject(null))
              .entrySet())
        hostile.put(wrong.getKey(), issuer.signed(rs256(issuer), wrong.getValue()));
      for (var each : hostile.entrySet()) {
        var verdict = bearer(tokens, each.getValue());
        var invalid = assertInstanceOf(Presented.Invalid.class, verdict, each.getKey());
        for (String part : each.getValue().split("\\.", -1))
          assertTrue(
              part.isEmpty() || part.length() < 2 || !invalid.why().contains(part), invalid.why());
      }
      assertInstanceOf(
          Presented.Invalid.class, presented(tokens, "Bearer " + good, "Bearer " + good));
      // Within the skew it holds still.
      String late = issuer.signed(rs256(issuer), Issuer.claims("ada").expirationTime(in(-10)));
      assertInstanceOf(Presented.Valid.class, bearer(tokens, late));
    }
  }

  private static String header(Issuer issuer, JWSHeader.Builder header) throws Exception {
    return issuer.signed(header, Issuer.claims("ada"));
  }

  private static String none(String token, String header) {
    return Base64URL.encode(header) + "." + token.split("\\.", -1)[1] + ".";
  }

  private static String swapped(String token, String other) {
    String[] parts = token.split("\\.", -1);
    return parts[0] + "." + other.split("\\.", -1)[1] + "." + parts[2];
  }

  /** Signs with the bytes of the public key, as if that were a secret of both sides. */
  private static String confused(RSAKey key) throws Exception {
    byte[] secret =
        Authority.pem("PUBLIC KEY", key.toRSAPublicKey().getEncoded())
            .getBytes(StandardCharsets.UTF_8);
    var jwt =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.HS256).keyID(key.getKeyID()).build(),
            Issuer.claims("ada").build());
    jwt.sign(new MACSigner(secret));
    return jwt.serialize();
  }

  @Test
  void keysAreRolledWhileTokensComeAndTheIssuerIsAskedSeldom() throws Exception {
    try (var issuer = new Issuer();
        var tokens = new Tokens(settings(issuer.keysAddress()), System::currentTimeMillis)) {
      String first = issuer.token("ada");
      assertInstanceOf(Presented.Valid.class, bearer(tokens, first));
      issuer.roll("second");
      String second = issuer.token("ada");
      assertInstanceOf(Presented.Valid.class, bearer(tokens, second));
      // The key that is gone is not believed any more, though its token was remembered.
      assertInstanceOf(Presented.Invalid.class, bearer(tokens, first));
      int before = issuer.asked();
      for (int i = 0; i < 200; i++) {
        var unknown = new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("unknown-" + i);
        assertInstanceOf(Presented.Invalid.class, bearer(tokens, header(issuer, unknown)));
      }
      assertTrue(issuer.asked() - before <= 5, "asked " + (issuer.asked() - before) + " times");
      // What is known holds while the issuer does not answer.
      issuer.answer(500);
      assertInstanceOf(Presented.Valid.class, bearer(tokens, second));
    }
  }

  @Test
  void withoutKeysNothingCanBeTold() throws Exception {
    try (var issuer = new Issuer()) {
      issuer.answer(500);
      try (var tokens = new Tokens(settings(issuer.keysAddress()), System::currentTimeMillis)) {
        assertInstanceOf(Presented.Untold.class, bearer(tokens, issuer.token("ada")));
        issuer.answer(200);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!(bearer(tokens, issuer.token("ada")) instanceof Presented.Valid)) {
          assertTrue(System.nanoTime() < deadline, "still unknown");
          TimeUnit.MILLISECONDS.sleep(100);
        }
      }
    }
  }
}
