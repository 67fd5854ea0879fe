package dev.ostiary.cedar.validate;

import java.util.List;

/**
 * All that validation found, in the order of the policies.
 *
 * @param errors what must be mended
 * @param warnings what deserves a look
 */
public record ValidationResult(List<ValidationError> errors, List<ValidationWarning> warnings) {
  public ValidationResult {
    errors = List.copyOf(errors);
    warnings = List.copyOf(warnings);
  }

  /** Whether there are no errors; warnings do not count. */
  public boolean passed() {
    return errors.isEmpty();
  }
}
