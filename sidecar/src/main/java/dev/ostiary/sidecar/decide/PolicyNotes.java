package dev.ostiary.sidecar.decide;

import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.v1.Reason;
import java.util.List;

/**
 * What a policy says beside its conditions, read from its annotations once.
 *
 * @param id its {@code @id}
 * @param effect what it does where it applies
 * @param reason as answers carry it
 * @param obligations names of {@code @obligation}
 * @param stepups names of {@code @stepup}
 * @param requestables names of {@code @requestable}
 * @param logClass its {@code @log}, or the weakest class
 */
public record PolicyNotes(
    String id,
    Policy.Effect effect,
    Reason reason,
    List<String> obligations,
    List<String> stepups,
    List<String> requestables,
    LogClass logClass) {
  public PolicyNotes {
    obligations = List.copyOf(obligations);
    stepups = List.copyOf(stepups);
    requestables = List.copyOf(requestables);
  }
}
