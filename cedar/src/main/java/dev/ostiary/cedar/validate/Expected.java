package dev.ostiary.cedar.validate;

import dev.ostiary.cedar.validate.StaticType.Entities;
import dev.ostiary.cedar.validate.StaticType.Fields;
import dev.ostiary.cedar.validate.StaticType.SetOf;
import dev.ostiary.cedar.validate.StaticType.Simple;

/** What an operator takes. */
enum Expected {
  BOOL("Bool"),
  LONG("Long"),
  STRING("String"),
  SET("a set"),
  ENTITY("an entity"),
  /** What {@code is} asks of. */
  ENTITY_OF_A_TYPE("an entity, which alone is of an entity type"),
  ENTITY_OR_RECORD("an entity or a record"),
  ENTITY_OR_ENTITIES("an entity or a set of entities"),
  /** What {@code <} and its like compare. */
  COMPARABLE("Long, datetime or duration");

  private final String notation;

  Expected(String notation) {
    this.notation = notation;
  }

  boolean accepts(StaticType type) {
    if (type == Simple.NEVER) return true;
    return switch (this) {
      case BOOL -> type.isBool();
      case LONG -> type == Simple.LONG;
      case STRING -> type == Simple.STRING;
      case SET -> type instanceof SetOf;
      case ENTITY, ENTITY_OF_A_TYPE -> type instanceof Entities;
      case ENTITY_OR_RECORD -> type instanceof Entities || type instanceof Fields;
      case ENTITY_OR_ENTITIES ->
          type instanceof Entities || (type instanceof SetOf(var each) && ENTITY.accepts(each));
      case COMPARABLE ->
          type == Simple.LONG
              || type.equals(StaticType.Extension.DATETIME)
              || type.equals(StaticType.Extension.DURATION);
    };
  }

  /** What to say of another type, with the hint that helps most. */
  String complaint(StaticType got) {
    return complaint(notation, got) + hint(got);
  }

  static String complaint(String expected, StaticType got) {
    return "expected " + expected + ", got `" + got + "`";
  }

  private String hint(StaticType got) {
    if (this == ENTITY_OR_RECORD || this == ENTITY || this == ENTITY_OR_ENTITIES) {
      if (got instanceof SetOf) return "; use `contains` to look into a set";
      if (got == Simple.STRING) return "; use `like` to look into a string";
    }
    if (this == SET) {
      if (got instanceof Entities) return "; use `in` to ask for membership of an entity";
      if (got instanceof Fields) return "; use `has` to ask for an attribute";
      if (got == Simple.STRING) return "; use `like` to look into a string";
    }
    if (this == STRING && got instanceof Entities) return "; use `is` to ask for an entity's type";
    if (this == LONG && got == Simple.STRING) return "; strings cannot be added";
    return "";
  }
}
