package dev.ostiary.cedar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.net.InetAddress;
import java.time.OffsetDateTime;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ExtensionTextTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1",
        "1.",
        ".1",
        "-.1",
        "+1.0",
        "1..0",
        "1.0.0",
        "1.00000",
        " 1.0",
        "1.0 ",
        "1e1",
        "١.٠",
        "922337203685477.5808",
        "-922337203685477.5809",
        "99999999999999999999.0",
        "--1.0"
      })
  void whatIsNoDecimalIsRefused(String text) {
    assertThrows(ValueFormatException.class, () -> DecimalValue.parse(text));
  }

  @Test
  void decimalsAgreeWithBigDecimal() throws Exception {
    var random = new SplittableRandom(1);
    for (int i = 0; i < 2_000; i++) {
      var value = new DecimalValue(random.nextLong() >> random.nextInt(64));
      assertEquals(
          0,
          new BigDecimal(value.text())
              .movePointRight(4)
              .compareTo(BigDecimal.valueOf(value.tenThousandths())));
      assertEquals(value, DecimalValue.parse(value.text()));
    }
    assertEquals(Long.MIN_VALUE, DecimalValue.parse("-922337203685477.5808").tenThousandths());
    assertEquals(-1, DecimalValue.parse("-0.0001").tenThousandths());
    assertEquals(new DecimalValue(0), DecimalValue.parse("-0.0"));
    assertEquals(10_000, DecimalValue.parse("0001.0").tenThousandths());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-",
        "1",
        "d",
        "1w",
        "1ms1s",
        "1s1s",
        "1.5h",
        "PT1H",
        "1h 1m",
        " 1h",
        "+1h",
        "--1h",
        "1H",
        "9223372036854775808ms",
        "-9223372036854775809ms",
        "106751991168d",
        "99999999999999999999s",
        "9223372036854775807ms1s"
      })
  void whatIsNoDurationIsRefused(String text) {
    assertThrows(ValueFormatException.class, () -> DurationValue.parse(text));
  }

  @Test
  void durationsAddUp() throws Exception {
    assertEquals(93_784_005, DurationValue.parse("1d2h3m4s5ms").millis());
    assertEquals(-93_784_005, DurationValue.parse("-1d2h3m4s5ms").millis());
    assertEquals(60_005, DurationValue.parse("1m5ms").millis());
    assertEquals(5, DurationValue.parse("5ms").millis());
    assertEquals(Long.MIN_VALUE, DurationValue.parse("-9223372036854775808ms").millis());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "2024",
        "20240101",
        "2024-1-01",
        "2024-02-30",
        "2024-13-01",
        "2024-00-10",
        "2024-01-01T",
        "2024-01-01T00:00:00",
        "2024-01-01T00:00Z",
        "2024-01-01T24:00:00Z",
        "2024-01-01T00:60:00Z",
        "2024-01-01T00:00:60Z",
        "2024-01-01T00:00:00.1Z",
        "2024-01-01T00:00:00.1234Z",
        "2024-01-01T00:00:00z",
        "2024-01-01T00:00:00Z ",
        "2024-01-01T00:00:00+00:00",
        "2024-01-01T00:00:00+2400",
        "2024-01-01T00:00:00+0060",
        "2024-01-01T00:00:00.000",
        "-2024-01-01",
        "2024-01-01 00:00:00Z",
        "2024-01-01T00:00:00+000",
        "2024-01-01Z"
      })
  void whatIsNoDatetimeIsRefused(String text) {
    assertThrows(ValueFormatException.class, () -> DatetimeValue.parse(text));
  }

  @Test
  void datetimesAgreeWithJavaTime() throws Exception {
    var random = new SplittableRandom(2);
    for (int i = 0; i < 2_000; i++) {
      int hours = random.nextInt(19);
      int minutes = random.nextInt(60);
      String local =
          "%04d-%02d-%02dT%02d:%02d:%02d.%03d"
              .formatted(
                  random.nextInt(10_000),
                  1 + random.nextInt(12),
                  1 + random.nextInt(28),
                  random.nextInt(24),
                  random.nextInt(60),
                  random.nextInt(60),
                  random.nextInt(1000));
      String sign = random.nextBoolean() && hours < 18 ? "+" : "-";
      if (hours == 18) minutes = 0;
      long expected =
          OffsetDateTime.parse(local + sign + "%02d:%02d".formatted(hours, minutes))
              .toInstant()
              .toEpochMilli();
      String text = local + sign + "%02d%02d".formatted(hours, minutes);
      assertEquals(expected, DatetimeValue.parse(text).epochMillis(), text);
    }
    assertEquals(86_400_000, DatetimeValue.parse("1970-01-02").epochMillis());
    assertEquals(-86_340_000, DatetimeValue.parse("1970-01-01T00:00:00+2359").epochMillis());
    assertEquals(
        DatetimeValue.parse("0000-01-01"), DatetimeValue.parse("0000-01-01T00:00:00.000Z"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1",
        "1.2.3",
        "1.2.3.4.5",
        "256.0.0.1",
        "01.2.3.4",
        "1.2.3.4/",
        "1.2.3.4/33",
        "1.2.3.4/032",
        "1.2.3.4/-1",
        "1.2.3.4/ 8",
        "1.2.3.4 ",
        ":",
        ":::",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "::1::2",
        "::ffff:1.2.3.4",
        "::12345",
        "::g",
        "::1/129",
        "::1/01",
        "1:2:3:4:5:6:7:8::",
        "[::1]",
        "::1%eth0",
        "1:",
        ":1",
        "::1/",
        "1.2.3.4/8/8",
        "0x1.2.3.4",
        "1..2.3"
      })
  void whatIsNoAddressIsRefused(String text) {
    assertThrows(ValueFormatException.class, () -> IpValue.parse(text));
  }

  @Test
  void addressesAgreeWithInetAddress() throws Exception {
    var random = new SplittableRandom(3);
    for (int i = 0; i < 2_000; i++) {
      byte[] bytes = new byte[random.nextBoolean() ? 4 : 16];
      for (int k = 0; k < bytes.length; k++) {
        if (random.nextInt(3) > 0) bytes[k] = (byte) random.nextInt();
      }
      // Java turns v4-mapped addresses into IPv4; Cedar does not.
      if (bytes.length == 16) bytes[0] |= 1;
      var address = InetAddress.getByAddress(bytes);
      var value = IpValue.parse(address.getHostAddress());
      assertEquals(value, IpValue.parse(value.text()));
      assertEquals(bytes.length == 16, value.v6());
      assertEquals(address.isLoopbackAddress(), value.isLoopback());
      assertEquals(address.isMulticastAddress(), value.isMulticast());
    }
  }

  @Test
  void rangesIgnoreHostBitsAndEqualityDoesNot() throws Exception {
    assertNotEquals(IpValue.parse("10.0.0.1/8"), IpValue.parse("10.0.0.2/8"));
    assertTrue(in("10.0.0.1/8", "10.9.9.9/8"));
    assertTrue(in("10.1.2.3", "10.0.0.0/8"));
    assertFalse(in("11.1.2.3", "10.0.0.0/8"));
    assertFalse(in("10.0.0.0/8", "10.0.0.0/9"));
    assertTrue(in("1.2.3.4", "0.0.0.0/0"));
    assertFalse(in("1.2.3.4", "::/0"));
    assertTrue(in("ffee::1", "ffee::/64"));
    assertTrue(in("ffee::1:0:0:0:1/128", "ffee::1:0:0:0:0/65"));
    assertFalse(in("ffee::1", "ffee::2"));
    assertFalse(IpValue.parse("127.0.0.0/7").isLoopback());
    assertTrue(IpValue.parse("127.9.0.0/8").isLoopback());
    assertTrue(IpValue.parse("ff00::/8").isMulticast());
    assertEquals(IpValue.parse("::2:3:4:5:6:7:8"), IpValue.parse("0:2:3:4:5:6:7:8/128"));
  }

  private static boolean in(String address, String range) throws ValueFormatException {
    return IpValue.parse(address).isInRange(IpValue.parse(range));
  }
}
