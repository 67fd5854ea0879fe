package dev.ostiary.log;

/**
 * Records that were accepted in class {@link Durability#OBSERVE} and are not in the log. The log
 * appends one record for each gap, made by {@link LogOptions#gaps()}, as soon as it can write
 * again.
 *
 * @param lost how many records; never fewer than were lost to a killed process or a failed write
 * @param reason what happened, in one line
 */
public record Gap(long lost, String reason) {}
