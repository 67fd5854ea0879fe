package dev.ostiary.cedar.format;

/** How many columns a text takes in a terminal. */
final class DisplayWidth {
  private DisplayWidth() {}

  /** Two for East Asian wide characters and emoji, none for combining ones, one for the others. */
  static int of(String text) {
    int width = 0;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      width += c < 0x80 ? 1 : ofCodePoint(c);
      i += Character.charCount(c);
    }
    return width;
  }

  private static int ofCodePoint(int c) {
    return switch (Character.getType(c)) {
      case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK -> 0;
      case Character.FORMAT -> c == 0xAD ? 1 : 0;
      default -> isWide(c) ? 2 : 1;
    };
  }

  private static boolean isWide(int c) {
    if (Character.isIdeographic(c) || Character.isEmojiPresentation(c)) return true;
    return (c >= 0x1100 && c <= 0x115F) // leading Hangul consonants
        || (c >= 0x2E80 && c <= 0xA4CF && c != 0x303F) // radicals, kana, bopomofo, Yi
        || (c >= 0xA960 && c <= 0xA97F)
        || (c >= 0xAC00 && c <= 0xD7A3)
        || (c >= 0xFE30 && c <= 0xFE6F)
        || (c >= 0xFF01 && c <= 0xFF60)
        || (c >= 0xFFE0 && c <= 0xFFE6);
  }
}
