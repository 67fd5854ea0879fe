package dev.ostiary.sidecar.subjects;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-256-GCM. A box is a nonce of 12 bytes, the ciphertext, a tag of 16 bytes. Any thread.
 *
 * <p>Nonces are 7 bytes chosen at random for this run and a count of 5 bytes, so that none comes
 * twice under a key, at a few nanoseconds each.
 */
final class Sealer {
  static final int KEY_BYTES = 32;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final SecureRandom RANDOM = new SecureRandom();

  private static final ThreadLocal<Cipher> CIPHER =
      ThreadLocal.withInitial(() -> {
        try {
          return Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
          throw new IllegalStateException(e); // every JDK has it
        }
      });

  private final byte[] run = random(NONCE_BYTES);
  private final AtomicLong count = new AtomicLong();

  /** Random bytes for keys and names. */
  static byte[] random(int bytes) {
    var random = new byte[bytes];
    RANDOM.nextBytes(random);
    return random;
  }

  static SecretKey key(byte[] bytes) {
    return new SecretKeySpec(bytes, "AES");
  }

  byte[] seal(SecretKey key, byte[] plain) {
    long number = count.getAndIncrement();
    var box = new byte[NONCE_BYTES + plain.length + TAG_BITS / 8];
    ByteBuffer.wrap(box).put(run, 0, 4).putLong(number);
    System.arraycopy(run, 4, box, 4, 3); // over the count's highest bytes, which stay zero
    try {
      Cipher cipher = CIPHER.get();
      cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, box, 0, NONCE_BYTES));
      cipher.doFinal(plain, 0, plain.length, box, NONCE_BYTES);
      return box;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e); // the key and the nonce are of their sizes
    }
  }

  /** What a box holds; empty where it was not sealed with that key. */
  static Optional<byte[]> open(SecretKey key, byte[] box) {
    if (box.length < NONCE_BYTES + TAG_BITS / 8) return Optional.empty();
    try {
      Cipher cipher = CIPHER.get();
      cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, box, 0, NONCE_BYTES));
      return Optional.of(cipher.doFinal(Arrays.copyOfRange(box, NONCE_BYTES, box.length)));
    } catch (GeneralSecurityException e) {
      return Optional.empty();
    }
  }
}
