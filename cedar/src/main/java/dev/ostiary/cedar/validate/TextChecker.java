package dev.ostiary.cedar.validate;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.StringValue;
import dev.ostiary.cedar.syntax.Expr;
import dev.ostiary.cedar.syntax.Pattern;
import dev.ostiary.cedar.syntax.SourceError;
import dev.ostiary.cedar.syntax.Span;
import dev.ostiary.cedar.validate.ValidationWarning.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** Finds text that a reader may take for something else. */
final class TextChecker {
  /** Controls that reorder the text behind them: embeddings, overrides, isolates and their ends. */
  private static final String BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069";

  private final String policyId;
  private final List<ValidationWarning> warnings = new ArrayList<>();

  private TextChecker(String policyId) {
    this.policyId = policyId;
  }

  /** Checks strings, attribute names, type names and ids in {@code conjuncts}. */
  static List<ValidationWarning> check(String policyId, List<Expr> conjuncts) {
    var checker = new TextChecker(policyId);
    for (Expr conjunct : conjuncts) SubExpressions.visit(conjunct, checker::check);
    return checker.warnings;
  }

  private void check(Expr expr) {
    Span span = expr.span();
    if (expr instanceof Expr.Literal(StringValue(var text), _)) string(text, span);
    if (expr instanceof Expr.Literal(EntityUid uid, _)) {
      if (!isPlain(uid.type()))
        for (String part : uid.type().split("::", -1)) identifier(part, span);
      identifier(uid.id(), span);
    }
    if (expr instanceof Expr.GetAttribute(_, var name, _)) identifier(name, span);
    if (expr instanceof Expr.HasAttribute(_, var name, _)) identifier(name, span);
    if (expr instanceof Expr.RecordLiteral(var entries, _))
      entries.forEach(entry -> identifier(entry.name(), span));
    if (expr instanceof Expr.Like(_, var pattern, _)) pattern(pattern, span);
  }

  /** Bidirectional controls in patterns are no warning, as in the reference. */
  private void pattern(Pattern pattern, Span span) {
    String text = String.join("*", pattern.pieces());
    if (!isPlain(text) && !Scripts.isSingleScript(text))
      warn(Kind.MIXED_SCRIPT_STRING, span, "the pattern `" + text + "` mixes writing systems");
  }

  private void string(String text, Span span) {
    if (isPlain(text) || isAscii(text)) return;
    if (hasBidi(text))
      warn(
          Kind.BIDI_CHARS_IN_STRING,
          span,
          "the string `" + text + "` has characters that change the direction of text");
    else if (!Scripts.isSingleScript(text))
      warn(Kind.MIXED_SCRIPT_STRING, span, "the string `" + text + "` mixes writing systems");
  }

  private void identifier(String name, Span span) {
    if (isPlain(name)) return;
    OptionalInt odd =
        name.codePoints()
            .filter(c -> !(c >= ' ' && c <= '~') && !Scripts.isAllowedInIdentifier(c))
            .findFirst();
    if (hasBidi(name))
      warn(
          Kind.BIDI_CHARS_IN_IDENTIFIER,
          span,
          "the identifier `" + name + "` has characters that change the direction of text");
    else if (odd.isPresent())
      warn(
          Kind.CONFUSABLE_IDENTIFIER,
          span,
          "the identifier `%s` has the character U+%04X, which is not for general use in identifiers"
              .formatted(name, odd.getAsInt()));
    else if (!isAscii(name) && !Scripts.isSingleScript(name))
      warn(
          Kind.MIXED_SCRIPT_IDENTIFIER,
          span,
          "the identifier `" + name + "` mixes writing systems");
  }

  /** Whether there is nothing to find: almost all text is so, and this is asked of all of it. */
  private static boolean isPlain(String text) {
    for (int i = 0; i < text.length(); i++)
      if (text.charAt(i) < ' ' || text.charAt(i) > '~') return false;
    return true;
  }

  private static boolean isAscii(String text) {
    return text.chars().allMatch(c -> c < 0x80);
  }

  private static boolean hasBidi(String text) {
    return text.chars().anyMatch(c -> BIDI.indexOf(c) >= 0);
  }

  private void warn(Kind kind, Span span, String message) {
    warnings.add(new ValidationWarning(policyId, kind, new SourceError(span, message)));
  }
}
