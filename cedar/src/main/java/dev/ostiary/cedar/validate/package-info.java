/**
 * The validator: whether policies fit a schema, so that evaluating them cannot fail on a type, a
 * missing attribute or a missing tag.
 *
 * <p>Start at {@link dev.ostiary.cedar.validate.Validator}. A policy is typed once for every
 * request environment (principal type, action, resource type) that its schema allows.
 *
 * @see <a href="https://docs.cedarpolicy.com/policies/validation.html">Cedar policy validation</a>
 */
package dev.ostiary.cedar.validate;
