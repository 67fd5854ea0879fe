package dev.ostiary.cedar.store;

import java.util.Arrays;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * The groups that an entity is a direct member of. Entities that are members of the same groups
 * mostly share one object.
 *
 * <p>So it is the place to keep what a policy set has to say of these groups. One note is kept, of
 * whoever asked last; threads may overwrite each other's, which costs them the work but nothing
 * else.
 */
public final class Parents {
  private final Group[] groups;
  private final int size;
  private @Nullable Note note;

  /** What was found out about groups. Immutable. */
  public interface Note {}

  /** In the order of the groups' indexes; the array is taken over. */
  Parents(Group[] groups) {
    this.groups = groups;
    this.size = groups.length;
    Arrays.sort(groups, Comparator.comparingInt(group -> group.index));
  }

  /** Number of groups. */
  public int size() {
    return size;
  }

  /** One of the groups; {@code 0 <= i < size()}. */
  public Group at(int i) {
    return groups[i];
  }

  /** What was noted last, by whom ever. */
  public @Nullable Note note() {
    return note;
  }

  /** Keeps {@code found} in place of what was noted before. */
  public void note(Note found) {
    note = found;
  }

  Group[] groups() {
    return groups;
  }
}
