package dev.ostiary.cedar;

import java.util.ArrayList;

/**
 * A Cedar {@code ipaddr}: an address or a range. IPv4 addresses are in the low 32 bits of {@code
 * low}. Equality includes the bits behind the prefix; ranges ignore them.
 *
 * @param prefix number of leading bits that make the range; 32 or 128 for a single address
 */
public record IpValue(boolean v6, long high, long low, int prefix) implements Value {

  /**
   * The address or range that {@code text} says: {@code 10.0.0.1}, {@code 10.0.0.0/8}, {@code
   * ffee::/64}. IPv4 inside IPv6 notation is refused.
   *
   * @throws ValueFormatException if the text has another form
   */
  public static IpValue parse(String text) throws ValueFormatException {
    return IpText.parse(text);
  }

  /** Whether every address of this range is in {@code other}'s. */
  public boolean isInRange(IpValue other) {
    if (v6 != other.v6 || prefix < other.prefix) return false;
    return ((high ^ other.high) & highMask(other.prefix)) == 0
        && ((low ^ other.low) & lowMask(other.prefix)) == 0;
  }

  private long highMask(int bits) {
    if (!v6 || bits == 0) return 0;
    return bits >= 64 ? -1 : -1L << (64 - bits);
  }

  private long lowMask(int bits) {
    if (!v6) return bits == 0 ? 0 : 0xFFFF_FFFFL & (-1L << (32 - bits));
    if (bits <= 64) return 0;
    return bits == 128 ? -1 : -1L << (128 - bits);
  }

  /** Whether this is within {@code 127.0.0.0/8} or {@code ::1}. */
  public boolean isLoopback() {
    return v6 ? prefix == 128 && high == 0 && low == 1 : prefix >= 8 && low >>> 24 == 127;
  }

  /** Whether this is within {@code 224.0.0.0/4} or {@code ff00::/8}. */
  public boolean isMulticast() {
    return v6 ? prefix >= 8 && high >>> 56 == 0xff : prefix >= 4 && low >>> 28 == 14;
  }

  /** Address and prefix, as in {@code 10.0.0.0/8}. */
  public String text() {
    return address() + "/" + prefix;
  }

  private String address() {
    if (!v6)
      return (low >> 24) + "." + (low >> 16 & 255) + "." + (low >> 8 & 255) + "." + (low & 255);
    var groups = new ArrayList<String>(8);
    for (int i = 0; i < 8; i++) {
      long half = i < 4 ? high : low;
      groups.add(Long.toHexString(half >>> (48 - 16 * (i % 4)) & 0xFFFF));
    }
    return String.join(":", groups);
  }

  @Override
  public String toString() {
    return "ip(\"" + (prefix == (v6 ? 128 : 32) ? address() : text()) + "\")";
  }
}
