package dev.ostiary.cedar;

/** What is decided. */
public enum Decision {
  ALLOW,
  DENY
}
