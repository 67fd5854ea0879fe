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

  /** The first groups, which are one place of memory nearer than the array. */
  private final @Nullable Group g0;

  private final @Nullable Group g1;
  private final @Nullable Group g2;
  private @Nullable Note note;

  /** What was found out about groups. Immutable. */
  public interface Note {}

  /** In the order of the groups' indexes; the array is taken over. */
  Parents(Group[] groups) {
    this.groups = groups;
    this.size = groups.length;
    Arrays.sort(groups, Comparator.comparingInt(group -> group.index));
    this.g0 = size > 0 ? groups[0] : null;
    this.g1 = size > 1 ? groups[1] : null;
    this.g2 = size > 2 ? groups[2] : null;
  }

  /** Number of groups. */
  public int size() {
    return size;
  }

  /** One of the groups; {@code 0 <= i < size()}. */
  public Group at(int i) {
    Group group = i == 0 ? g0 : i == 1 ? g1 : i == 2 ? g2 : null;
    return group == null ? groups[i] : group;
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
