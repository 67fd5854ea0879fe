package dev.ostiary.sidecar.identity;

import java.io.ByteArrayInputStream;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Certificates and keys as they are written.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7468">RFC 7468</a>
 */
final class Pem {
  private static final Pattern CERTIFICATE = block("CERTIFICATE");
  private static final Pattern KEY = block("PRIVATE KEY");
  private static final List<String> ALGORITHMS = List.of("EC", "RSA", "EdDSA");

  private Pem() {}

  private static Pattern block(String label) {
    return Pattern.compile("-----BEGIN " + label + "-----([^-]*)-----END " + label + "-----");
  }

  /** The certificates of a text, in their order; at least one. */
  static List<X509Certificate> certificates(String text) throws CertificateException {
    var certificates = new ArrayList<X509Certificate>();
    var matcher = CERTIFICATE.matcher(text);
    while (matcher.find()) certificates.addAll(certificates(bytes(matcher.group(1))));
    if (certificates.isEmpty())
      throw new CertificateException("expected a certificate in PEM, got none");
    return certificates;
  }

  /** Certificates in DER, one after the other. */
  static List<X509Certificate> certificates(byte[] der) throws CertificateException {
    var certificates = new ArrayList<X509Certificate>();
    var in = new ByteArrayInputStream(der);
    var factory = CertificateFactory.getInstance("X.509");
    while (in.available() > 0) certificates.add((X509Certificate) factory.generateCertificate(in));
    return certificates;
  }

  /** The key of a text. */
  static PrivateKey key(String text) throws CertificateException {
    var matcher = KEY.matcher(text);
    if (!matcher.find())
      throw new CertificateException("expected a key in PEM, PKCS#8 and not encrypted");
    return key(bytes(matcher.group(1)));
  }

  /** A key: PKCS#8 in DER. */
  static PrivateKey key(byte[] der) throws CertificateException {
    for (String algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
      } catch (InvalidKeySpecException e) {
        // of another algorithm
      } catch (NoSuchAlgorithmException e) {
        throw new CertificateException(e);
      }
    }
    throw new CertificateException("expected a key of RSA, of an elliptic curve, or Ed25519");
  }

  private static byte[] bytes(String base64) throws CertificateException {
    try {
      return Base64.getMimeDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw new CertificateException("expected base64 in PEM");
    }
  }
}
