package dev.ostiary.cedar.validate;

import dev.ostiary.cedar.syntax.SourceError;

/**
 * Why a policy does not fit its schema.
 *
 * @param policyId id of the policy, template or link
 * @param kind the rule that it breaks
 * @param error where, and what was expected; a policy without text has no place
 */
public record ValidationError(String policyId, Kind kind, SourceError error) {

  /** The rules. */
  public enum Kind {
    /** An entity type that the schema does not declare. */
    UNRECOGNIZED_ENTITY_TYPE("UnrecognizedEntityType"),
    /** An action that the schema does not declare. */
    UNRECOGNIZED_ACTION_ID("UnrecognizedActionId"),
    /** An id that its enumerated entity type does not have. */
    INVALID_ENUM_ENTITY("InvalidEnumEntity"),
    /** An operand of a type that its operator does not take. */
    UNEXPECTED_TYPE("UnexpectedType"),
    /** Types that must agree do not. */
    INCOMPATIBLE_TYPES("IncompatibleTypes"),
    /** An attribute that the value does not have, or not for certain. */
    UNSAFE_ATTRIBUTE_ACCESS("UnsafeAttributeAccess"),
    /** An optional attribute read without {@code has} before it. */
    UNSAFE_OPTIONAL_ATTRIBUTE_ACCESS("UnsafeOptionalAttributeAccess"),
    /** A tag read without {@code hasTag} before it. */
    UNSAFE_TAG_ACCESS("UnsafeTagAccess"),
    /** A tag of an entity type without tags. */
    NO_TAGS_ALLOWED("NoTagsAllowed"),
    /** A call with too few or too many arguments. */
    WRONG_NUMBER_ARGUMENTS("WrongNumberArguments"),
    /** A literal that its extension constructor refuses. */
    FUNCTION_ARGUMENT_VALIDATION("FunctionArgumentValidation"),
    /** {@code []} in strict mode. */
    EMPTY_SET_FORBIDDEN("EmptySetForbidden"),
    /** An extension constructor of something else than a literal, in strict mode. */
    NON_LIT_EXT_CONSTRUCTOR("NonLitExtConstructor"),
    /** More entity dereferences in a row than the level allows. */
    ENTITY_DEREF_LEVEL_VIOLATION("EntityDerefLevelViolation"),
    /** The schema declares names as external that nothing defines, so nothing can be said. */
    INCOMPLETE_SCHEMA("IncompleteSchema"),
    /** An expression that can have no type, such as an unknown of a residual. */
    INTERNAL_INVARIANT_VIOLATION("InternalInvariantViolation");

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
