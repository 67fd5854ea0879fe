package dev.ostiary.cedar.json;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object: members in the order written. A name may be repeated; {@link #repeated} tells, so
 * that each reader of objects can refuse it with its own words.
 */
public final class JsonObject implements Json {
  /** Up to this size a scan is as fast as a hash, and needs no memory. */
  private static final int SCANNED = 8;

  private final String[] names;
  private final Json[] values;
  private final int[] nameStarts;
  private final int start;
  private final int end;
  private final int repeated;
  private final @Nullable Map<String, Integer> index;

  /** Takes the arrays over. {@code nameStarts} are the offsets of the names' opening quotes. */
  JsonObject(String[] names, Json[] values, int[] nameStarts, int start, int end) {
    this.names = names;
    this.values = values;
    this.nameStarts = nameStarts;
    this.start = start;
    this.end = end;
    if (names.length <= SCANNED) {
      this.index = null;
      this.repeated = scanForRepeated(names);
    } else {
      var byName = new HashMap<String, Integer>(names.length * 2);
      int first = -1;
      for (int i = 0; i < names.length; i++)
        if (byName.put(names[i], i) != null && first < 0) first = i;
      this.index = byName;
      this.repeated = first;
    }
  }

  private static int scanForRepeated(String[] names) {
    for (int i = 1; i < names.length; i++)
      for (int j = 0; j < i; j++) if (names[i].equals(names[j])) return i;
    return -1;
  }

  /** Number of members; repeated names count each time. */
  public int size() {
    return names.length;
  }

  /** Name of the member at {@code index}, from 0. */
  public String name(int index) {
    return names[index];
  }

  /** Value of the member at {@code index}, from 0. */
  public Json value(int index) {
    return values[index];
  }

  /** Offset of the opening quote of the name at {@code index}. */
  public int nameStart(int index) {
    return nameStarts[index];
  }

  /** Index of the first member whose name stood before, or -1. */
  public int repeated() {
    return repeated;
  }

  /**
   * The value of that name, of the last one where the name is repeated; null where there is none.
   */
  public @Nullable Json find(String name) {
    if (index != null) {
      Integer at = index.get(name);
      return at == null ? null : values[at];
    }
    for (int i = names.length - 1; i >= 0; i--) if (names[i].equals(name)) return values[i];
    return null;
  }

  /** The same without members whose name is repeated behind them, each value changed. */
  JsonObject lastOfEach(UnaryOperator<Json> change) {
    var last = new LinkedHashMap<String, Integer>();
    for (int i = 0; i < names.length; i++) last.put(names[i], i);
    int size = 0;
    var keptNames = new String[last.size()];
    var keptValues = new Json[last.size()];
    var keptStarts = new int[last.size()];
    for (int i : last.values()) {
      keptNames[size] = names[i];
      keptValues[size] = change.apply(values[i]);
      keptStarts[size++] = nameStarts[i];
    }
    return new JsonObject(keptNames, keptValues, keptStarts, start, end);
  }

  @Override
  public int start() {
    return start;
  }

  @Override
  public int end() {
    return end;
  }

  @Override
  public String toString() {
    return JsonWriter.compact(this);
  }
}
