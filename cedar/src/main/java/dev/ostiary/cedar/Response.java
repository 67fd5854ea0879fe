package dev.ostiary.cedar;

import dev.ostiary.cedar.syntax.Policy;
import java.util.List;

/**
 * A decision and why.
 *
 * @param reasons the determining policies in the order of the set: the forbids that applied; where
 *     none did, the permits that applied; empty where nothing applied
 * @param errors every policy that could not be evaluated, whether or not it could have mattered, by
 *     id
 */
public record Response(Decision decision, List<Policy> reasons, List<PolicyError> errors) {}
