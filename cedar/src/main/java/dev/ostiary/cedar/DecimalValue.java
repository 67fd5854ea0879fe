package dev.ostiary.cedar;

/**
 * A Cedar {@code decimal}: a fixed-point number with four digits behind the point. {@code
 * tenThousandths} is the value times 10,000.
 */
public record DecimalValue(long tenThousandths) implements Value {}
