/**
 * Why a decision is what it is, in the words of the policies: small enough for a ticket.
 *
 * <p>Start at {@link dev.ostiary.cedar.explain.Explanation}.
 */
package dev.ostiary.cedar.explain;
