package dev.ostiary.sidecar.decide;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.sidecar.bundle.AdminPolicies;
import dev.ostiary.sidecar.decide.Caller.Right;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class AdmissionTest {
  private static final Set<Right> ASKING =
      EnumSet.of(
          Right.CHECK,
          Right.EXPLAIN,
          Right.EXT_AUTHZ,
          Right.AUTHZEN,
          Right.SEARCH,
          Right.OPA,
          Right.AUTH_REQUEST,
          Right.HEALTH,
          Right.REFLECT,
          Right.METRICS);

  private final Admission admission = new Admission(1000, "Service", () -> AdminPolicies.BUILT_IN);

  private Set<Right> rights(String type, String id) {
    Caller caller = admission.admit(EntityUid.of(type, id));
    return Arrays.stream(Right.values()).filter(caller::may).collect(Collectors.toSet());
  }

  @Test
  void loopbackAndOtherLocalUsersMayAskAndNoMore() {
    assertEquals(ASKING, rights(Caller.TYPE, "loopback"));
    assertEquals(ASKING, rights(Caller.TYPE, "uid:0"));
    assertEquals(ASKING, rights(Caller.TYPE, "uid:10000"));
  }

  @Test
  void theSidecarsOwnUserMayDoEverything() {
    assertEquals(EnumSet.allOf(Right.class), rights(Caller.TYPE, "uid:1000"));
  }

  @Test
  void whoComesInAnyOtherWayMayDoNothing() {
    assertEquals(Set.of(), rights(Caller.TYPE, "spiffe://example.org/other"));
    assertEquals(Set.of(), rights(Caller.TYPE, ""));
    assertEquals(Set.of(), rights("Other::Caller", "uid:1000"));
  }
}
