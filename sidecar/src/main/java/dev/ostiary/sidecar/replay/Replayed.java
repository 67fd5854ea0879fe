package dev.ostiary.sidecar.replay;

import java.util.List;
import java.util.Map;

/**
 * What came of making logged decisions again.
 *
 * @param same how many came out the same
 * @param differences those that did not, in order of their entries
 * @param notMade how many could not be made again, by why
 */
public record Replayed(long same, List<Difference> differences, Map<String, Long> notMade) {}
