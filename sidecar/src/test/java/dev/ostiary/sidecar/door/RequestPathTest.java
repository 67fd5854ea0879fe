package dev.ostiary.sidecar.door;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ostiary.sidecar.decide.Refused.Why;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RequestPathTest {
  @Test
  void aPathIsItsDecodedSegments() throws Exception {
    assertEquals(List.of("a b", "ü", "c+d", ""), RequestPath.segments("/a%20b/%C3%BC/c+d/"));
    assertEquals(List.of(""), RequestPath.segments("/"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a",
        "*",
        "http://host/a",
        "//a",
        "/a//b",
        "/./a",
        "/a/..",
        "/a/%2e%2E/b",
        "/a/.%2e",
        "/a%2Fb",
        "/a%2fb",
        "/a%5Cb",
        "/a\\b",
        "/a%00",
        "/a%0d%0ab",
        "/a%252Fb",
        "/a%25",
        "/a%",
        "/a%2",
        "/a%zz",
        "/a%C3",
        "/a%C0%AF",
        "/a;b",
        "/..;/a",
        "/a#b"
      })
  void whatOthersMayReadInAnotherWayIsRefused(String path) {
    var refused = assertThrows(Unreadable.class, () -> RequestPath.segments(path));
    assertEquals(Why.PATH_NOT_NORMALIZED, refused.refused().why());
  }

  @Test
  void anArgumentIsReadOnceUnderAnyEscape() throws Exception {
    assertEquals("x y", RequestPath.argument("a=1&b=x+y", "b"));
    assertEquals("", RequestPath.argument("b&a=1", "b"));
    assertEquals(null, RequestPath.argument("a=1", "b"));
    for (String twice : List.of("b=1&b=1", "b&b=", "b=1&%62=2")) {
      var refused = assertThrows(Unreadable.class, () -> RequestPath.argument(twice, "b"));
      assertEquals(Why.DUPLICATED_INPUT, refused.refused().why());
    }
  }
}
