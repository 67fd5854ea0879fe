package dev.ostiary.cedar.store;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.StringValue;
import dev.ostiary.cedar.Value;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Names of types and attributes that policies and entities brought, and short texts that policies
 * compare with, one object each, so that to compare them is mostly to compare references.
 *
 * <p>What comes with a request is looked up and never kept. What is kept is bounded, and for good;
 * a name that found no room is compared by its characters, as is one that nobody knows. Any thread
 * may ask.
 */
public final class Vocabulary {
  private static final int SIZE = 1 << 13;
  private static final int TRIES = 8;
  private static final int MAX_LENGTH = 64;
  private static final AtomicReferenceArray<String> NAMES = new AtomicReferenceArray<>(SIZE);
  private static final AtomicReferenceArray<String[]> LISTS = new AtomicReferenceArray<>(SIZE);

  private static final AtomicReferenceArray<StringValue> TEXTS = new AtomicReferenceArray<>(SIZE);

  private Vocabulary() {}

  /** The value, if it is a text as the text that is kept, or as it came. */
  public static Value known(Value value) {
    if (!(value instanceof StringValue(String text)) || text.length() > MAX_LENGTH) return value;
    int start = start(text.hashCode());
    for (int i = 0; i < TRIES; i++) {
      StringValue kept = TEXTS.getAcquire(start + i & SIZE - 1);
      if (kept == null) return value;
      if (kept.value().equals(text)) return kept;
    }
    return value;
  }

  /** The text as it is kept; it is from now on, if there is room. */
  public static StringValue learned(StringValue value) {
    if (value.value().length() > MAX_LENGTH) return value;
    int start = start(value.value().hashCode());
    for (int i = 0; i < TRIES; i++) {
      int at = start + i & SIZE - 1;
      StringValue kept = TEXTS.getAcquire(at);
      if (kept == null && TEXTS.compareAndSet(at, null, value)) return value;
      kept = TEXTS.getAcquire(at);
      if (value.equals(kept)) return kept;
    }
    return value;
  }

  /** The name as it is kept, or as it came. */
  public static String known(String name) {
    int start = start(name.hashCode());
    for (int i = 0; i < TRIES; i++) {
      String kept = NAMES.getAcquire(start + i & SIZE - 1);
      if (kept == null) return name;
      if (kept.equals(name)) return kept;
    }
    return name;
  }

  /** The name as it is kept; it is from now on, if there is room. */
  public static String learned(String name) {
    if (name.length() > MAX_LENGTH) return name;
    int start = start(name.hashCode());
    for (int i = 0; i < TRIES; i++) {
      int at = start + i & SIZE - 1;
      String kept = NAMES.getAcquire(at);
      if (kept == null && NAMES.compareAndSet(at, null, name)) return name;
      kept = NAMES.getAcquire(at);
      if (name.equals(kept)) return kept;
    }
    return name;
  }

  /** The same uid; the name of its type is kept from now on, if there is room. */
  public static EntityUid learned(EntityUid uid) {
    String type = learned(uid.type());
    return type == uid.type() ? uid : EntityUid.of(type, uid.id());
  }

  /** The list of names as it is kept, or as it came. The arrays must never change. */
  public static String[] known(String[] names) {
    int start = start(Arrays.hashCode(names));
    for (int i = 0; i < TRIES; i++) {
      String[] kept = LISTS.getAcquire(start + i & SIZE - 1);
      if (kept == null) return names;
      if (Arrays.equals(kept, names)) return kept;
    }
    return names;
  }

  /** The list of names as it is kept, and each name; it is from now on, if there is room. */
  public static String[] learned(String[] names) {
    String[] kept = known(names);
    if (kept != names || names.length > MAX_LENGTH) return kept;
    String[] copy = new String[names.length];
    for (int i = 0; i < names.length; i++) copy[i] = learned(names[i]);
    int start = start(Arrays.hashCode(names));
    for (int i = 0; i < TRIES; i++) {
      if (LISTS.compareAndSet(start + i & SIZE - 1, null, copy)) return copy;
    }
    return copy;
  }

  private static int start(int hash) {
    int spread = hash * 0x9E3779B9;
    return (spread ^ spread >>> 15) & SIZE - 1;
  }
}
