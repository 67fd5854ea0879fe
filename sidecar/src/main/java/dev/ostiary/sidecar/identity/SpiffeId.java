package dev.ostiary.sidecar.identity;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The name of a workload.
 *
 * @param text such as {@code spiffe://lab.example/ns/ml/mlflow}
 * @param trustDomain such as {@code lab.example}
 * @see <a href="https://spiffe.io/docs/latest/spiffe-specs/spiffe-id/">SPIFFE-ID</a>
 */
public record SpiffeId(String text, String trustDomain) {
  private static final Pattern FORM =
      Pattern.compile("spiffe://([a-z0-9._-]{1,255})((?:/[a-zA-Z0-9._-]+)*)");
  private static final int MAX_LENGTH = 2048;
  private static final int URI = 6;

  /**
   * Reads one.
   *
   * @throws CertificateException if the text is none
   */
  static SpiffeId parse(String text) throws CertificateException {
    var matcher = FORM.matcher(text);
    if (text.length() > MAX_LENGTH || !matcher.matches())
      throw new CertificateException("expected a SPIFFE id");
    for (String segment : matcher.group(2).split("/", -1))
      if (segment.equals(".") || segment.equals(".."))
        throw new CertificateException("expected a SPIFFE id without dot segments");
    return new SpiffeId(text, matcher.group(1));
  }

  /**
   * The name in a certificate: its one URI.
   *
   * @throws CertificateException if it has none, several, or one that is no SPIFFE id
   */
  static SpiffeId of(X509Certificate certificate) throws CertificateException {
    var uris = new ArrayList<String>();
    Collection<List<?>> names = certificate.getSubjectAlternativeNames();
    if (names != null)
      for (List<?> name : names)
        if (name.get(0) instanceof Integer kind && kind == URI) uris.add((String) name.get(1));
    if (uris.size() != 1)
      throw new CertificateException("expected one URI in the certificate, got " + uris.size());
    return parse(uris.getFirst());
  }
}
