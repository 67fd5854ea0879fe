package dev.ostiary.sidecar.identity;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Issues certificates as tests want them, also such as nobody should believe. */
public final class Authority {
  private static final byte[] ECDSA_SHA256 = {0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 4, 3, 2};
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
  private static final AtomicLong SERIAL = new AtomicLong(1);

  private final String name;
  private final KeyPair key;
  private final X509Certificate certificate;

  /** A certificate with its key. */
  public record Issued(X509Certificate certificate, PrivateKey key) {
    public String certificatePem() throws GeneralSecurityException {
      return pem("CERTIFICATE", certificate.getEncoded());
    }

    public String keyPem() {
      return pem("PRIVATE KEY", key.getEncoded());
    }
  }

  /** An authority of that name, which believes in itself. */
  public Authority(String name) throws GeneralSecurityException {
    this.name = name;
    this.key = pair();
    this.certificate = issue(name, key, List.of(), Duration.ofHours(-1), Duration.ofHours(1), true);
  }

  public X509Certificate certificate() {
    return certificate;
  }

  public String pem() throws GeneralSecurityException {
    return pem("CERTIFICATE", certificate.getEncoded());
  }

  /** A workload's, for an hour. */
  public Issued svid(String... uris) throws GeneralSecurityException {
    return svid(Duration.ofHours(1), uris);
  }

  /** A workload's that expires so long from now. */
  public Issued svid(Duration expires, String... uris) throws GeneralSecurityException {
    KeyPair own = pair();
    return new Issued(
        issue("workload", own, List.of(uris), Duration.ofHours(-2), expires, false),
        own.getPrivate());
  }

  /** One that may issue others, though it names a workload. */
  public Issued issuing(String uri) throws GeneralSecurityException {
    KeyPair own = pair();
    return new Issued(
        issue("workload", own, List.of(uri), Duration.ofHours(-2), Duration.ofHours(1), true),
        own.getPrivate());
  }

  private static KeyPair pair() throws GeneralSecurityException {
    var generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  private X509Certificate issue(
      String subject, KeyPair own, List<String> uris, Duration from, Duration to, boolean issuing)
      throws GeneralSecurityException {
    Instant now = Instant.now();
    byte[] algorithm = der(0x30, der(6, ECDSA_SHA256));
    var names = new ByteArrayOutputStream();
    names.writeBytes(der(0x82, "localhost".getBytes(StandardCharsets.US_ASCII)));
    for (String uri : uris) names.writeBytes(der(0x86, uri.getBytes(StandardCharsets.US_ASCII)));
    byte[] isIssuing = der(0x30, issuing ? der(1, new byte[] {-1}) : new byte[0]);
    byte[] use = {issuing ? (byte) 1 : (byte) 7, issuing ? (byte) 0x06 : (byte) 0x80};
    byte[] extensions =
        der(
            0x30,
            extension(17, der(0x30, names.toByteArray())),
            extension(19, isIssuing),
            extension(15, der(3, use)));
    byte[] content =
        der(
            0x30,
            der(0xa0, der(2, new byte[] {2})),
            der(2, new byte[] {1, (byte) (SERIAL.get() >> 8), (byte) SERIAL.getAndIncrement()}),
            algorithm,
            named(name),
            der(0x30, time(now.plus(from)), time(now.plus(to))),
            named(subject),
            own.getPublic().getEncoded(),
            der(0xa3, extensions));
    var signing = Signature.getInstance("SHA256withECDSA");
    signing.initSign(key.getPrivate());
    signing.update(content);
    byte[] signature = signing.sign();
    byte[] padded = new byte[signature.length + 1];
    System.arraycopy(signature, 0, padded, 1, signature.length);
    byte[] whole = der(0x30, content, algorithm, der(3, padded));
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(whole));
  }

  private static byte[] extension(int number, byte[] value) {
    return der(0x30, der(6, new byte[] {0x55, 0x1d, (byte) number}), der(4, value));
  }

  private static byte[] named(String name) {
    byte[] text = der(0x0c, name.getBytes(StandardCharsets.UTF_8));
    return der(0x30, der(0x31, der(0x30, der(6, new byte[] {0x55, 4, 3}), text)));
  }

  private static byte[] time(Instant instant) {
    return der(0x18, TIME.format(instant).getBytes(StandardCharsets.US_ASCII));
  }

  private static byte[] der(int tag, byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) length += part.length;
    var out = new ByteArrayOutputStream();
    out.write(tag);
    if (length >= 0x100) out.writeBytes(new byte[] {(byte) 0x82, (byte) (length >> 8)});
    else if (length >= 0x80) out.write(0x81);
    out.write(length);
    for (byte[] part : parts) out.writeBytes(part);
    return out.toByteArray();
  }

  static String pem(String label, byte[] der) {
    return "-----BEGIN "
        + label
        + "-----\n"
        + Base64.getMimeEncoder().encodeToString(der)
        + "\n-----END "
        + label
        + "-----\n";
  }

  /** Writes a file that appears whole. */
  public static void write(java.nio.file.Path file, String text) throws IOException {
    var draft = file.resolveSibling(file.getFileName() + ".new");
    java.nio.file.Files.writeString(draft, text);
    java.nio.file.Files.move(draft, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
  }
}
