package dev.ostiary.sidecar.config;

import java.util.List;

/** The configuration was refused; every fault is listed, one line each. */
public final class ConfigException extends Exception {
  private final transient List<String> faults;

  ConfigException(List<String> faults) {
    super(String.join("\n", faults), null, false, false); // no stack trace: a user's mistake
    this.faults = List.copyOf(faults);
  }

  /** One line each: where, what was expected, what came. */
  public List<String> faults() {
    return faults;
  }
}
