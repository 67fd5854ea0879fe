/** Policies as written: source text, tokens, the tree, the parser. */
package dev.ostiary.cedar.syntax;
