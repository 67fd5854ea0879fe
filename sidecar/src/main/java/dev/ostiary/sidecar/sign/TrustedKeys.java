package dev.ostiary.sidecar.sign;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Keys whose signatures are believed, and how many of them it takes. Immutable; any thread. */
public final class TrustedKeys {
  private final Map<String, PublicKey> keys;
  private final int threshold;

  private TrustedKeys(Map<String, PublicKey> keys, int threshold) {
    this.keys = keys;
    this.threshold = threshold;
  }

  /** Believes {@code threshold} of these keys together; a key that comes twice counts once. */
  public static TrustedKeys of(Collection<PublicKey> keys, int threshold) throws SigningException {
    var byId = new LinkedHashMap<String, PublicKey>();
    for (var key : keys) byId.put(KeyFile.id(key), key);
    if (threshold < 1 || threshold > byId.size())
      throw new SigningException(
          "expected at least " + threshold + " different keys, got " + byId.size());
    return new TrustedKeys(byId, threshold);
  }

  /** Believes {@code threshold} of the keys in a PEM file together. Blocks. */
  public static TrustedKeys read(Path file, int threshold) throws SigningException {
    try {
      return of(KeyFile.readPublic(file), threshold);
    } catch (IOException e) {
      throw new SigningException(file + ": expected a file of keys that can be read");
    }
  }

  /**
   * Which of the keys signed an envelope; in the order of the keys, each once.
   *
   * @param type the payload type that is expected
   * @throws SigningException if they are fewer than it takes, or the type is another
   */
  public List<String> signers(String name, Envelope envelope, String type) throws SigningException {
    if (!envelope.payloadType().equals(type))
      throw new SigningException(
          name + ": expected the payload type `" + type + "`, got another one");
    byte[] signed = envelope.preAuthenticationEncoding();
    var signers = new ArrayList<String>();
    keys.forEach((id, key) -> {
      if (envelope.signatures().stream().anyMatch(by -> verifies(key, signed, by.bytes())))
        signers.add(id);
    });
    if (signers.size() < threshold)
      throw new SigningException(
          name
              + ": expected valid signatures by "
              + threshold
              + " of the "
              + keys.size()
              + " trusted keys, got "
              + signers.size());
    return signers;
  }

  private static boolean verifies(PublicKey key, byte[] signed, byte[] signature) {
    try {
      var verifier = Signature.getInstance("Ed25519");
      verifier.initVerify(key);
      verifier.update(signed);
      return verifier.verify(signature);
    } catch (GeneralSecurityException e) {
      return false; // it has not even the form of a signature
    }
  }
}
