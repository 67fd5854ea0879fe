package dev.ostiary.sidecar.subjects;

import dev.ostiary.cedar.EntityUid;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Opaque names for ids that are to be hidden: the same id has always the same token, nobody without
 * the key can tell or guess it, and with the key the token tells the id, so that nothing needs to
 * be kept for each. Any thread.
 *
 * <p>A token is {@code #} and, in base64url, a synthetic IV and the id encrypted under it
 * (AES-CTR); the IV is the beginning of an HMAC-SHA-256 of type and id, under a key of its own, as
 * in RFC 5297.
 */
final class Tokens {
  static final char MARK = '#';
  private static final int IV_BYTES = 16;

  /** Bounds the memory that names may take; what is not there is worked out again. */
  private static final int KEPT = 100_000;

  private final SecretKey macKey;
  private final SecretKey cipherKey;
  private final ConcurrentHashMap<EntityUid, dev.ostiary.v1.EntityUid> hidden =
      new ConcurrentHashMap<>();
  private final ConcurrentHashMap<EntityUid, EntityUid> shown = new ConcurrentHashMap<>();

  Tokens(byte[] key) {
    this.macKey = derived(key, "token iv");
    this.cipherKey = derived(key, "token id");
  }

  private static SecretKey derived(byte[] key, String what) {
    return new SecretKeySpec(
        mac(new SecretKeySpec(key, "HmacSHA256"), what.getBytes(StandardCharsets.UTF_8)),
        "HmacSHA256");
  }

  private static byte[] mac(SecretKey key, byte[] bytes) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      return mac.doFinal(bytes);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }

  /** The entity under its token. */
  dev.ostiary.v1.EntityUid hide(EntityUid uid) {
    var known = hidden.get(uid);
    if (known != null) return known;
    byte[] id = uid.id().getBytes(StandardCharsets.UTF_8);
    byte[] iv = iv(uid.type(), id);
    var bytes = Arrays.copyOf(iv, IV_BYTES + id.length);
    System.arraycopy(ctr(Cipher.ENCRYPT_MODE, iv, id), 0, bytes, IV_BYTES, id.length);
    String token = MARK + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    var message = dev.ostiary.v1.EntityUid.newBuilder().setType(uid.type()).setId(token).build();
    if (hidden.size() >= KEPT) hidden.clear();
    hidden.put(uid, message);
    return message;
  }

  /** The entity that stands under a token; empty where it is none of this key's. */
  Optional<EntityUid> show(EntityUid hiddenUid) {
    var known = shown.get(hiddenUid);
    if (known != null) return Optional.of(known);
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(hiddenUid.id().substring(1));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    if (bytes.length < IV_BYTES) return Optional.empty();
    byte[] iv = Arrays.copyOf(bytes, IV_BYTES);
    byte[] id = ctr(Cipher.DECRYPT_MODE, iv, Arrays.copyOfRange(bytes, IV_BYTES, bytes.length));
    if (!MessageDigest.isEqual(iv, iv(hiddenUid.type(), id))) return Optional.empty();
    var uid = EntityUid.of(hiddenUid.type(), new String(id, StandardCharsets.UTF_8));
    if (shown.size() >= KEPT) shown.clear();
    shown.put(hiddenUid, uid);
    return Optional.of(uid);
  }

  private byte[] iv(String type, byte[] id) {
    byte[] named = type.getBytes(StandardCharsets.UTF_8);
    var bytes = Arrays.copyOf(named, named.length + 1 + id.length); // no type has a zero byte
    System.arraycopy(id, 0, bytes, named.length + 1, id.length);
    return Arrays.copyOf(mac(macKey, bytes), IV_BYTES);
  }

  private byte[] ctr(int mode, byte[] iv, byte[] bytes) {
    try {
      Cipher cipher = Cipher.getInstance("AES/CTR/NoPadding");
      cipher.init(mode, new SecretKeySpec(cipherKey.getEncoded(), "AES"), new IvParameterSpec(iv));
      return cipher.doFinal(bytes);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e); // the key and the IV are of their sizes
    }
  }
}
