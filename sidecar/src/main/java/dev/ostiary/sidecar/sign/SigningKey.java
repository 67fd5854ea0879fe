package dev.ostiary.sidecar.sign;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.NamedParameterSpec;

/** An Ed25519 key that signs. Its holder keeps it away from the sidecars that believe it. */
public final class SigningKey {
  private final KeyPair pair;

  private SigningKey(KeyPair pair) {
    this.pair = pair;
  }

  /** A new one. */
  public static SigningKey generate() {
    try {
      return new SigningKey(KeyPairGenerator.getInstance("Ed25519").generateKeyPair());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK since 15 has it
    }
  }

  /** The one in a PEM file of PKCS #8. Blocks. */
  public static SigningKey read(Path file) throws IOException, SigningException {
    var key = KeyFile.readPrivate(file);
    if (!(key instanceof EdECPrivateKey edwards))
      throw new SigningException(file + ": expected an Ed25519 private key");
    try {
      // The file holds the seed alone; the generator makes the same pair of it.
      var generator = KeyPairGenerator.getInstance("Ed25519");
      generator.initialize(NamedParameterSpec.ED25519, new Seed(edwards.getBytes().orElseThrow()));
      var pair = generator.generateKeyPair();
      return new SigningKey(new KeyPair(pair.getPublic(), key));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e); // every JDK since 15 has it
    }
  }

  /** Gives a generator the bytes that it is to use. */
  private static final class Seed extends SecureRandom {
    private final transient byte[] seed;

    Seed(byte[] seed) {
      this.seed = seed;
    }

    @Override
    public void nextBytes(byte[] bytes) {
      System.arraycopy(seed, 0, bytes, 0, bytes.length);
    }
  }

  /** Writes it to {@code file}, and its public half to {@code file} with {@code .pub}. Blocks. */
  public void write(Path file) throws IOException {
    KeyFile.write(file, pair.getPrivate());
    KeyFile.write(publicFile(file), pair.getPublic());
  }

  /** Where the public half of a key is. */
  public static Path publicFile(Path file) {
    return file.resolveSibling(file.getFileName() + ".pub");
  }

  /** The public half. */
  public PublicKey publicKey() {
    return pair.getPublic();
  }

  /** The name of the public half. */
  public String id() {
    return KeyFile.id(publicKey());
  }

  /** The envelope with a signature by this key. */
  public Envelope sign(Envelope envelope) {
    try {
      var signer = Signature.getInstance("Ed25519");
      signer.initSign(pair.getPrivate());
      signer.update(envelope.preAuthenticationEncoding());
      return envelope.with(new Envelope.Signature(id(), signer.sign()));
    } catch (InvalidKeyException e) {
      throw new IllegalArgumentException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e); // every JDK since 15 has it
    }
  }
}
