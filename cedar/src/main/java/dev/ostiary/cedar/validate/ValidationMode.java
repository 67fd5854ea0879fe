package dev.ostiary.cedar.validate;

/** How much the validator accepts. */
public enum ValidationMode {
  /**
   * Operands of {@code ==}, {@code contains} and the like, elements of a set and both branches of
   * {@code if} have equal types; no empty set literals; extension constructors only of literals.
   */
  STRICT,

  /** Different types may meet where evaluation cannot fail for it. */
  PERMISSIVE
}
