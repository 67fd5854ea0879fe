package dev.ostiary.cedar.store;

import dev.ostiary.cedar.BoolValue;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.Value;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An entity as the store holds it.
 *
 * <p>What a decision reads of it is in the object itself, a copy of what tells its uid from others
 * and the first attributes among it: with many entities each further object is one more place of
 * memory to wait for, longer than most conditions take.
 */
public final class StoredEntity implements Keyed {
  private static final int FEW = 8;

  /** Bytes of an id in one number. */
  private static final int HALF = 8;

  private final String type;
  private final int hash;
  private final long idHead;
  private final long idTail;
  private final Parents parents;

  /** What was noted of its parents last, so that they need not be looked at. */
  private Parents.@Nullable Note note;

  /** Names of attributes, sorted; entities of one make share the array. */
  private final String[] names;

  private final Value v0;
  private final Value v1;
  private final Value v2;
  private final Value v3;
  private final Value v4;
  private final Value v5;
  private final Value v6;
  private final Value v7;

  /** The id, if it is too long to be in two numbers. */
  private final @Nullable String longId;

  /** What few entities have; null where there is none of it. */
  private final @Nullable Rest rest;

  /** {@code more} are values of attributes from the ninth on. */
  private record Rest(RecordValue tags, List<Value> more) {}

  StoredEntity(EntityUid uid, RecordValue attributes, RecordValue tags, Parents parents) {
    this.type = uid.type();
    this.hash = uid.hashCode();
    this.idHead = uid.idHead();
    this.idTail = uid.idTail();
    this.parents = parents;
    this.names = names(attributes);
    this.v0 = at(attributes, 0);
    this.v1 = at(attributes, 1);
    this.v2 = at(attributes, 2);
    this.v3 = at(attributes, 3);
    this.v4 = at(attributes, 4);
    this.v5 = at(attributes, 5);
    this.v6 = at(attributes, 6);
    this.v7 = at(attributes, 7);
    this.longId = idTail == 0 ? uid.id() : null;
    boolean fits = names.length <= FEW && tags.size() == 0;
    this.rest = fits ? null : new Rest(tags, more(attributes));
  }

  private static String[] names(RecordValue attributes) {
    String[] names = new String[attributes.size()];
    for (int i = 0; i < names.length; i++) names[i] = attributes.nameAt(i);
    return Vocabulary.learned(names);
  }

  private static List<Value> more(RecordValue attributes) {
    var more = new ArrayList<Value>();
    for (int i = FEW; i < attributes.size(); i++) more.add(attributes.valueAt(i));
    return List.copyOf(more);
  }

  /** A field without a value holds one that is never read. */
  private static Value at(RecordValue attributes, int index) {
    return index < attributes.size() ? attributes.valueAt(index) : BoolValue.FALSE;
  }

  /** Made anew each time: most ids are kept as two numbers alone. */
  @Override
  public EntityUid uid() {
    return EntityUid.of(type, id());
  }

  private String id() {
    if (longId != null) return longId;
    byte[] latin = new byte[(int) (idTail >>> 56) - 1];
    for (int i = 0; i < latin.length; i++)
      latin[i] = (byte) (i < HALF ? idHead >>> (8 * i) : idTail >>> (8 * (i - HALF)));
    return new String(latin, StandardCharsets.ISO_8859_1);
  }

  @Override
  public int hash() {
    return hash;
  }

  @Override
  public boolean is(EntityUid other) {
    return hash == other.hashCode()
        && idHead == other.idHead()
        && idTail == other.idTail()
        && (longId == null || longId.equals(other.id()))
        && (type == other.type() || type.equals(other.type()));
  }

  /** Number of attributes. */
  public int size() {
    return names.length;
  }

  /** The name of an attribute; {@code 0 <= index < size()}, in the order of names. */
  public String nameAt(int index) {
    return names[index];
  }

  /** The value of an attribute; {@code 0 <= index < size()}, in the order of names. */
  public Value valueAt(int index) {
    return switch (index) {
      case 0 -> v0;
      case 1 -> v1;
      case 2 -> v2;
      case 3 -> v3;
      case 4 -> v4;
      case 5 -> v5;
      case 6 -> v6;
      case 7 -> v7;
      default -> Objects.requireNonNull(rest).more.get(index - FEW);
    };
  }

  /** The attribute's place in the order of names, or a negative number. */
  public int indexOf(String name) {
    if (names.length > FEW) return Arrays.binarySearch(names, name);
    for (int i = 0; i < names.length; i++) if (names[i].equals(name)) return i;
    return -1;
  }

  /** Its attributes; a copy. */
  public RecordValue attributes() {
    var attributes = new HashMap<String, Value>();
    for (int i = 0; i < names.length; i++) attributes.put(names[i], valueAt(i));
    return RecordValue.of(attributes);
  }

  /** Its tags. */
  public RecordValue tags() {
    return rest == null ? RecordValue.EMPTY : rest.tags;
  }

  /** Its direct parents. */
  public Parents parents() {
    return parents;
  }

  /** What was noted last of its parents, by whom ever; threads may overwrite each other's. */
  public Parents.@Nullable Note note() {
    return note;
  }

  /** Keeps {@code found} in place of what was noted before. */
  public void note(Parents.Note found) {
    note = found;
  }

  /** Number of direct parents. */
  public int parentCount() {
    return parents.size();
  }

  /** One of its direct parents; {@code 0 <= i < parentCount()}. */
  public Group parent(int i) {
    return parents.at(i);
  }
}
