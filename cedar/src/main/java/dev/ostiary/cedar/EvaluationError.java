package dev.ostiary.cedar;

import dev.ostiary.cedar.syntax.SourceError;
import dev.ostiary.cedar.syntax.Span;
import java.util.function.Supplier;

/** Why an expression had no value. Its text is put together only when it is asked for. */
public final class EvaluationError {
  private final Kind kind;
  private final Span span;
  private final Supplier<String> message;

  /** Made by the evaluator; {@code message} may be called any number of times. */
  public EvaluationError(Kind kind, Span span, Supplier<String> message) {
    this.kind = kind;
    this.span = span;
    this.message = message;
  }

  /** What went wrong. */
  public enum Kind {
    ENTITY_DOES_NOT_EXIST("EntityDoesNotExist"),
    ENTITY_ATTRIBUTE_DOES_NOT_EXIST("EntityAttrDoesNotExist"),
    RECORD_ATTRIBUTE_DOES_NOT_EXIST("RecordAttrDoesNotExist"),
    TYPE_ERROR("TypeError"),
    WRONG_NUMBER_OF_ARGUMENTS("WrongNumArguments"),
    INTEGER_OVERFLOW("IntegerOverflow"),
    EXTENSION_FUNCTION_FAILED("FailedExtensionFunctionExecution"),
    NOT_A_VALUE("NonValue");

    private final String notation;

    Kind(String notation) {
      this.notation = notation;
    }

    /** The name that the reference implementation gives it. */
    public String notation() {
      return notation;
    }
  }

  /** What went wrong. */
  public Kind kind() {
    return kind;
  }

  /** Which part of the policy has no value. */
  public Span span() {
    return span;
  }

  /** One line in the user's words; may hold values of the request and of entities. */
  public String message() {
    return message.get();
  }

  /** Place and message, as {@code policies/lab.cedar:12:9: expected bool, got `3`}. */
  @Override
  public String toString() {
    return new SourceError(span, message()).toString();
  }
}
