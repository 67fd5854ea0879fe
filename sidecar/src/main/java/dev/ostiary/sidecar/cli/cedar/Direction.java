package dev.ostiary.sidecar.cli.cedar;

import java.util.Locale;

/** From which notation to which. */
enum Direction {
  CEDAR_TO_JSON,
  JSON_TO_CEDAR;

  /** As it is written on the command line. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
