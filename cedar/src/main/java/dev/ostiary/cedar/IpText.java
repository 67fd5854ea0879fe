package dev.ostiary.cedar;

/** The text form of addresses and ranges. */
final class IpText {
  private static final int MAX_LENGTH = "ABCD:EF01:2345:6789:ABCD:EF01:2345:6789/128".length();

  private IpText() {}

  static IpValue parse(String text) throws ValueFormatException {
    if (text.length() > MAX_LENGTH) throw malformed(text);
    int slash = text.indexOf('/');
    String address = slash < 0 ? text : text.substring(0, slash);
    boolean v6 = address.indexOf(':') >= 0;
    int longest = v6 ? 128 : 32;
    int prefix = slash < 0 ? longest : prefix(text, slash + 1, longest);
    if (!v6) return new IpValue(false, 0, v4(address, text), prefix);
    long[] halves = v6(address, text);
    return new IpValue(true, halves[0], halves[1], prefix);
  }

  private static int prefix(String text, int start, int longest) throws ValueFormatException {
    int length = text.length() - start;
    boolean leadingZero = length > 1 && text.charAt(start) == '0';
    if (length == 0 || length > 3 || leadingZero || !Digits.all(text, start, text.length()))
      throw malformed(text);
    int prefix = Digits.number(text, start, text.length());
    if (prefix > longest)
      throw new ValueFormatException(
          "the prefix of `" + text + "` is longer than the address: at most " + longest);
    return prefix;
  }

  private static long v4(String address, String text) throws ValueFormatException {
    long bits = 0;
    int at = 0;
    for (int octet = 0; octet < 4; octet++) {
      int start = at;
      while (at < address.length() && Digits.is(address.charAt(at))) at++;
      boolean leadingZero = at - start > 1 && address.charAt(start) == '0';
      if (at == start || at - start > 3 || leadingZero) throw malformed(text);
      int value = Digits.number(address, start, at);
      if (value > 255) throw malformed(text);
      bits = bits << 8 | value;
      if (octet < 3) {
        if (at >= address.length() || address.charAt(at) != '.') throw malformed(text);
        at++;
      }
    }
    if (at != address.length()) throw malformed(text);
    return bits;
  }

  private static long[] v6(String address, String text) throws ValueFormatException {
    int gap = address.indexOf("::");
    if (gap < 0) {
      int[] groups = groups(address, text);
      if (groups.length != 8) throw malformed(text);
      return halves(groups, new int[0]);
    }
    int[] head = groups(address.substring(0, gap), text);
    int[] tail = groups(address.substring(gap + 2), text);
    // The gap stands for at least one group.
    if (head.length + tail.length > 7) throw malformed(text);
    return halves(head, tail);
  }

  private static int[] groups(String part, String text) throws ValueFormatException {
    if (part.isEmpty()) return new int[0];
    String[] words = part.split(":", -1);
    int[] groups = new int[words.length];
    for (int i = 0; i < words.length; i++) {
      String word = words[i];
      if (word.isEmpty() || word.length() > 4) throw malformed(text);
      for (int k = 0; k < word.length(); k++) {
        int digit = word.charAt(k) <= 'f' ? Character.digit(word.charAt(k), 16) : -1;
        if (digit < 0) throw malformed(text);
        groups[i] = groups[i] << 4 | digit;
      }
    }
    return groups;
  }

  private static long[] halves(int[] head, int[] tail) {
    long[] halves = new long[2];
    for (int i = 0; i < head.length; i++) put(halves, i, head[i]);
    for (int i = 0; i < tail.length; i++) put(halves, 8 - tail.length + i, tail[i]);
    return halves;
  }

  private static void put(long[] halves, int group, int value) {
    halves[group / 4] |= (long) value << (48 - 16 * (group % 4));
  }

  private static ValueFormatException malformed(String text) {
    return new ValueFormatException(
        "expected an address or range such as `10.0.0.0/8` or `ffee::/64`, got `" + text + "`");
  }
}
