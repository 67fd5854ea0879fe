package dev.ostiary.sidecar.door;

import dev.ostiary.sidecar.decide.Refused.Why;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads whose access key a request says that it is signed with. Nothing is verified here: that is
 * for who holds the secret.
 *
 * @see <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html">Signature
 *     Version 4</a>
 */
final class AccessKey {
  private static final String ALGORITHM = "AWS4-HMAC-SHA256";
  private static final String CREDENTIAL =
      "([A-Za-z0-9_.@=+-]{1,128})/[0-9]{8}/[a-z0-9-]+/[a-z0-9-]+/aws4_request";
  private static final Pattern IN_QUERY = Pattern.compile(CREDENTIAL);
  private static final Pattern IN_HEADER =
      Pattern.compile(
          ALGORITHM
              + " Credential="
              + CREDENTIAL
              + ", ?SignedHeaders=[a-z0-9_.;-]+, ?Signature=[0-9a-f]{64}");

  private AccessKey() {}

  /**
   * The id of the key; null where the request is not signed in this way.
   *
   * @param authorization the headers of that name
   * @throws Unreadable where it says two, of which programs may take either
   */
  static @Nullable String of(List<String> authorization, String query) throws Unreadable {
    String credential = RequestPath.argument(query, "X-Amz-Credential");
    if (authorization.size() > 1 || (credential != null && !authorization.isEmpty()))
      throw new Unreadable(
          Why.DUPLICATED_INPUT, "header.authorization", "there is more than one signature");
    if (credential != null) {
      var found = IN_QUERY.matcher(credential);
      boolean signed =
          ALGORITHM.equals(RequestPath.argument(query, "X-Amz-Algorithm"))
              && RequestPath.argument(query, "X-Amz-Signature") != null;
      return signed && found.matches() ? found.group(1) : null;
    }
    if (authorization.isEmpty()) return null;
    var found = IN_HEADER.matcher(authorization.getFirst());
    return found.matches() ? found.group(1) : null;
  }
}
