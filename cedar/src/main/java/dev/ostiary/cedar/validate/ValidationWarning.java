package dev.ostiary.cedar.validate;

import dev.ostiary.cedar.syntax.SourceError;

/**
 * Something in a policy that is sound, but hardly meant.
 *
 * @param policyId id of the policy, template or link
 * @param kind what it is
 * @param error where, and what was found; a policy without text has no place
 */
public record ValidationWarning(String policyId, Kind kind, SourceError error) {

  /** The kinds. */
  public enum Kind {
    /** The policy is false for every request that the schema allows. */
    IMPOSSIBLE_POLICY("ImpossiblePolicy"),
    /** No action applies to what the scope lets through. */
    INVALID_ACTION_APPLICATION("InvalidActionApplication"),
    /** A string mixes writing systems. */
    MIXED_SCRIPT_STRING("MixedScriptString"),
    /** A string has characters that change the direction of text. */
    BIDI_CHARS_IN_STRING("BidiCharsInString"),
    /** An identifier has characters that change the direction of text. */
    BIDI_CHARS_IN_IDENTIFIER("BidiCharsInIdentifier"),
    /** An identifier mixes writing systems. */
    MIXED_SCRIPT_IDENTIFIER("MixedScriptIdentifier"),
    /** An identifier has a character that may pass for another. */
    CONFUSABLE_IDENTIFIER("ConfusableIdentifier");

    private final String notation;

    Kind(String notation) {
      this.notation = notation;
    }

    /** The name that the reference implementation gives it. */
    public String notation() {
      return notation;
    }
  }

  /** {@code lab.cedar:12:9: policy `p1`: …}. */
  @Override
  public String toString() {
    return Finding.text(policyId, error);
  }
}
