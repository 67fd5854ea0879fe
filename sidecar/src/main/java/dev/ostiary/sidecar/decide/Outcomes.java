package dev.ostiary.sidecar.decide;

import dev.ostiary.cedar.EvaluationError;

/** What policies said, in words that hold no value of the request. */
final class Outcomes {
  private Outcomes() {}

  /** Place, the part of the policy as written, and what went wrong with it. */
  static String message(EvaluationError error) {
    String what =
        switch (error.kind()) {
          case ENTITY_DOES_NOT_EXIST -> "the entity does not exist";
          case ENTITY_ATTRIBUTE_DOES_NOT_EXIST -> "the entity has no such attribute or tag";
          case RECORD_ATTRIBUTE_DOES_NOT_EXIST -> "the record has no such attribute";
          case TYPE_ERROR -> "a value is not of the type that is needed here";
          case WRONG_NUMBER_OF_ARGUMENTS -> "the number of arguments is wrong";
          case INTEGER_OVERFLOW -> "the number does not fit into 64 bits";
          case EXTENSION_FUNCTION_FAILED -> "the function does not take this value";
          case NOT_A_VALUE -> "this has no value";
        };
    return error.span() + ": `" + error.span().text() + "`: " + what;
  }
}
