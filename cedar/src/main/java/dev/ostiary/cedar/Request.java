package dev.ostiary.cedar;

/**
 * One question: may {@code principal} do {@code action} to {@code resource} in {@code context}?
 *
 * @param context a record of the circumstances
 */
public record Request(
    EntityUid principal, EntityUid action, EntityUid resource, RecordValue context) {}
