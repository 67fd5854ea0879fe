/**
 * Deciding with something left open: {@link dev.ostiary.cedar.partial.PartialAuthorizer} takes a
 * request of which the principal, the resource or the context is not known and gives what is left
 * of each policy. The schema says which types the unknown may have.
 */
package dev.ostiary.cedar.partial;
