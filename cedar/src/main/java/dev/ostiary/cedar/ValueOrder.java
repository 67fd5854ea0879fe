package dev.ostiary.cedar;

import java.util.Comparator;

/**
 * A total order of values, so that sets are sorted arrays: no text can make their look-ups slow, as
 * it could a hash table's.
 */
final class ValueOrder implements Comparator<Value> {
  static final ValueOrder INSTANCE = new ValueOrder();

  private ValueOrder() {}

  @Override
  public int compare(Value a, Value b) {
    if (a == b) return 0;
    if (a instanceof StringValue x && b instanceof StringValue y)
      return x.value().compareTo(y.value());
    if (a instanceof EntityUid x && b instanceof EntityUid y) return x.compareTo(y);
    if (a instanceof LongValue x && b instanceof LongValue y)
      return Long.compare(x.value(), y.value());
    int byKind = Integer.compare(rank(a), rank(b));
    return byKind != 0 ? byKind : sameKind(a, b);
  }

  private static int rank(Value value) {
    return switch (value) {
      case BoolValue _ -> 0;
      case LongValue _ -> 1;
      case StringValue _ -> 2;
      case EntityUid _ -> 3;
      case SetValue _ -> 4;
      case RecordValue _ -> 5;
      case IpValue _ -> 6;
      case DecimalValue _ -> 7;
      case DatetimeValue _ -> 8;
      case DurationValue _ -> 9;
    };
  }

  private int sameKind(Value a, Value b) {
    return switch (a) {
      case BoolValue x -> x.compareTo((BoolValue) b);
      case LongValue x -> Long.compare(x.value(), ((LongValue) b).value());
      case StringValue x -> x.value().compareTo(((StringValue) b).value());
      case EntityUid x -> x.compareTo((EntityUid) b);
      case SetValue x -> sets(x, (SetValue) b);
      case RecordValue x -> records(x, (RecordValue) b);
      case IpValue x -> ips(x, (IpValue) b);
      case DecimalValue x -> Long.compare(x.tenThousandths(), ((DecimalValue) b).tenThousandths());
      case DatetimeValue x -> Long.compare(x.epochMillis(), ((DatetimeValue) b).epochMillis());
      case DurationValue x -> Long.compare(x.millis(), ((DurationValue) b).millis());
    };
  }

  private int sets(SetValue a, SetValue b) {
    int bySize = Integer.compare(a.size(), b.size());
    for (int i = 0; bySize == 0 && i < a.size(); i++) {
      int byElement = compare(a.at(i), b.at(i));
      if (byElement != 0) return byElement;
    }
    return bySize;
  }

  private int records(RecordValue a, RecordValue b) {
    int bySize = Integer.compare(a.size(), b.size());
    for (int i = 0; bySize == 0 && i < a.size(); i++) {
      int byName = a.nameAt(i).compareTo(b.nameAt(i));
      if (byName != 0) return byName;
      int byValue = compare(a.valueAt(i), b.valueAt(i));
      if (byValue != 0) return byValue;
    }
    return bySize;
  }

  private static int ips(IpValue a, IpValue b) {
    int order = Boolean.compare(a.v6(), b.v6());
    if (order == 0) order = Long.compareUnsigned(a.high(), b.high());
    if (order == 0) order = Long.compareUnsigned(a.low(), b.low());
    return order != 0 ? order : Integer.compare(a.prefix(), b.prefix());
  }
}
