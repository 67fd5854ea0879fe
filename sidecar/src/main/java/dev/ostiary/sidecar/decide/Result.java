package dev.ostiary.sidecar.decide;

/** What the decision point says to a question. */
public sealed interface Result permits Answer, Refused {}
