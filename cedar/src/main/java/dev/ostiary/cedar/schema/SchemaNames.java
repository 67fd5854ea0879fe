package dev.ostiary.cedar.schema;

import dev.ostiary.cedar.syntax.Identifiers;
import java.util.Set;

/** Which names a schema may declare and refer to. */
final class SchemaNames {
  /** The fault of an entity type that is called {@code Action}. */
  static final String ACTION_DECLARED =
      "`Action` is the type of actions, which cannot be declared as an entity type";

  private static final String RESERVED = "__cedar";
  private static final Set<String> TYPE_KEYWORDS =
      Set.of("Bool", "Boolean", "Entity", "Extension", "Long", "Record", "Set", "String");

  private SchemaNames() {}

  /** Whether {@code word} may be part of a name that is referred to. */
  static boolean isIdentifier(String word) {
    return Identifiers.isIdentifier(word) || word.equals(RESERVED);
  }

  /** Whether {@code name} may be referred to. */
  static boolean isName(String name) {
    int start = 0;
    for (int end; (end = name.indexOf("::", start)) >= 0; start = end + 2)
      if (!isIdentifier(name.substring(start, end))) return false;
    return isIdentifier(name.substring(start));
  }

  /** Whether {@code word} means something else where a common type may stand. */
  static boolean isTypeKeyword(String word) {
    return TYPE_KEYWORDS.contains(word);
  }
}
