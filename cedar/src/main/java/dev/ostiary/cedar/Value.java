package dev.ostiary.cedar;

/**
 * A value of the Cedar language. Values are immutable; {@code equals} is Cedar's {@code ==}; {@code
 * toString} is Cedar's notation.
 */
public sealed interface Value
    permits BoolValue,
        LongValue,
        StringValue,
        EntityUid,
        SetValue,
        RecordValue,
        IpValue,
        DecimalValue,
        DatetimeValue,
        DurationValue {}
