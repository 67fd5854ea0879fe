/**
 * Policies as text: {@link dev.ostiary.cedar.format.Formatter} lays out a text that someone wrote,
 * {@link dev.ostiary.cedar.format.PolicyText} writes a tree that nobody wrote.
 */
package dev.ostiary.cedar.format;
