package dev.ostiary.sidecar.identity;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/** Credentials in PEM files, which somebody replaces now and then. One thread at a time. */
public final class CertificateFiles {
  private final Path certificate;
  private final Path key;
  private final Path trust;
  private String read = "";

  /**
   * The files of those names.
   *
   * @param trust the authorities of callers
   */
  public CertificateFiles(Path certificate, Path key, Path trust) {
    this.certificate = certificate;
    this.key = key;
    this.trust = trust;
  }

  /**
   * What is in the files, if that has changed since it was last asked. Blocks.
   *
   * @throws CertificateException where that cannot be used, in one line. While only some of the
   *     files are replaced they do not belong together, so it is worth asking again
   */
  public Optional<Credentials> changed() throws CertificateException {
    String chain = text(certificate);
    String secret = text(key);
    String authorities = text(trust);
    String all = chain + '\0' + secret + '\0' + authorities;
    if (all.equals(read)) return Optional.empty();
    List<X509Certificate> certificates = in(certificate, () -> Pem.certificates(chain));
    PrivateKey own = in(key, () -> Pem.key(secret));
    if (!belong(certificates.getFirst().getPublicKey(), own))
      throw new CertificateException(
          certificate + ": expected the certificate of the key in " + key);
    var credentials =
        new Credentials(
            certificates, own, in(trust, () -> Trust.inAll(Pem.certificates(authorities))));
    read = all;
    return Optional.of(credentials);
  }

  private interface Reading<T> {
    T read() throws CertificateException;
  }

  private static <T> T in(Path file, Reading<T> reading) throws CertificateException {
    try {
      return reading.read();
    } catch (CertificateException e) {
      throw new CertificateException(file + ": " + e.getMessage());
    }
  }

  private static String text(Path file) throws CertificateException {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new CertificateException(file + ": expected a readable file");
    }
  }

  /** Whether what the key signs is that certificate's. */
  static boolean belong(PublicKey shown, PrivateKey own) {
    String algorithm =
        switch (own.getAlgorithm()) {
          case "EC" -> "SHA256withECDSA";
          case "RSA" -> "SHA256withRSA";
          default -> "EdDSA";
        };
    byte[] text = {1};
    try {
      var signing = Signature.getInstance(algorithm);
      signing.initSign(own);
      signing.update(text);
      byte[] signature = signing.sign();
      var verifying = Signature.getInstance(algorithm);
      verifying.initVerify(shown);
      verifying.update(text);
      return verifying.verify(signature);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}
