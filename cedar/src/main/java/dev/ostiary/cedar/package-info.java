/**
 * The Cedar policy language, native on the JVM: policies, schemas and entities in, decisions out.
 *
 * <p>Everything is immutable and safe for use by any thread. The language is Cedar 4.5.
 *
 * @see <a href="https://docs.cedarpolicy.com/">Cedar policy language reference</a>
 */
package dev.ostiary.cedar;
