package dev.ostiary.sidecar.yaml;

import dev.ostiary.cedar.syntax.SourceError;
import dev.ostiary.cedar.syntax.Span;

/** A scalar as written, with its place. */
public record YamlText(String text, Span span) {
  /** The fault that something else was expected here. */
  public SourceError expected(String what) {
    return new SourceError(span, "expected " + what + ", got `" + text + "`");
  }
}
