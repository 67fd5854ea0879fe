package dev.ostiary.cedar.validate;

import org.jspecify.annotations.Nullable;

/**
 * What typing one expression gave.
 *
 * @param type its type; after an error the type that it has all the same, or null where none is
 *     known
 * @param typed whether it and all its parts are well-typed
 * @param capabilities what is there for certain where it is true
 */
record Answer(@Nullable StaticType type, boolean typed, Capabilities capabilities) {

  static Answer of(StaticType type) {
    return new Answer(type, true, Capabilities.NONE);
  }

  static Answer of(StaticType type, Capabilities capabilities) {
    return new Answer(type, true, capabilities);
  }

  static Answer failed(@Nullable StaticType type) {
    return new Answer(type, false, Capabilities.NONE);
  }

  /** This answer, or its type alone where a part that it depends on is not well-typed. */
  Answer after(Answer part) {
    return part.typed ? this : failed(type);
  }
}
