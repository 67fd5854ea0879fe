package dev.ostiary.sidecar.facts;

import dev.ostiary.sidecar.bundle.AdminPolicies;
import dev.ostiary.sidecar.bundle.Bundle;
import dev.ostiary.sidecar.bundle.Signed;
import dev.ostiary.sidecar.facts.ActivationException.Reason;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Nobody alone changes who administers: with one stolen key a bundle could take the sidecar over.
 */
final class AdminSigners {
  private static final int SIGNERS = 2;

  private AdminSigners() {}

  /** Refuses a signed bundle that changes the sidecar's own policies with one signer. */
  static void check(Bundle bundle, Optional<Bundle> inForce) throws ActivationException {
    if (bundle.signed().isEmpty()) return;
    int signers = bundle.signed().map(Signed::keyIds).orElse(List.of()).size();
    // What nobody signed is not what two agreed on.
    var agreed =
        inForce.filter(b -> b.signed().isPresent()).map(Bundle::adminFiles).orElse(List.of());
    if (signers >= SIGNERS || same(bundle.adminFiles(), agreed)) return;
    throw new ActivationException(
        Reason.SIGNERS_TOO_FEW,
        "expected signatures by "
            + SIGNERS
            + " trusted keys where `"
            + AdminPolicies.DIRECTORY
            + "/` changes, got "
            + signers);
  }

  private static boolean same(List<byte[]> left, List<byte[]> right) {
    if (left.size() != right.size()) return false;
    for (int i = 0; i < left.size(); i++)
      if (!Arrays.equals(left.get(i), right.get(i))) return false;
    return true;
  }
}
