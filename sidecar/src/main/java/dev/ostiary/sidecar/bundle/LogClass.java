package dev.ostiary.sidecar.bundle;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What has become of a decision's entry when its answer leaves, weakest first. */
public enum LogClass {
  /** Taken into memory. */
  OBSERVE,
  /** Written to the kernel. */
  BOUNDED,
  /** Fsynced. */
  STRICT,
  /** Acknowledged by the store that the log is shipped to. */
  SHIPPED;

  /** Their names, for messages. */
  static final String NAMES = "`observe`, `bounded`, `strict` or `shipped`";

  /** The class of that name, as bundles and annotations write it. */
  public static Optional<LogClass> named(String name) {
    return Arrays.stream(values()).filter(c -> c.toString().equals(name)).findFirst();
  }

  /** The stronger of the two. */
  public LogClass or(LogClass other) {
    return compareTo(other) >= 0 ? this : other;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
