package dev.ostiary.cedar.validate;

import dev.ostiary.cedar.syntax.SourceError;

/** How errors and warnings print. */
final class Finding {
  private Finding() {}

  static String text(String policyId, SourceError error) {
    String at = error.span().toString();
    String message = "policy `" + policyId + "`: " + error.message();
    return at.isEmpty() ? message : at + ": " + message;
  }
}
