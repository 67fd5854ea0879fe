package dev.ostiary.cedar;

/** ASCII digits, which are the only ones that Cedar's formats know. */
final class Digits {
  private Digits() {}

  static boolean is(char c) {
    return c >= '0' && c <= '9';
  }

  /** Whether there is no other character in that range. */
  static boolean all(String text, int start, int end) {
    for (int i = start; i < end; i++) if (!is(text.charAt(i))) return false;
    return true;
  }

  /** The number in that range, which holds only digits and fits. */
  static int number(String text, int start, int end) {
    int number = 0;
    for (int i = start; i < end; i++) number = number * 10 + (text.charAt(i) - '0');
    return number;
  }
}
