package dev.ostiary.cedar.format;

import static dev.ostiary.cedar.format.Doc.HARD_LINE;
import static dev.ostiary.cedar.format.Doc.LINE;
import static dev.ostiary.cedar.format.Doc.NIL;
import static dev.ostiary.cedar.format.Doc.SOFT_BREAK;
import static dev.ostiary.cedar.format.Doc.SPACE;
import static dev.ostiary.cedar.format.Doc.concat;
import static dev.ostiary.cedar.format.Doc.group;
import static dev.ostiary.cedar.format.Doc.nest;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Lays out the tokens of policies that are known to parse, one policy after the other.
 *
 * <p>It follows the grammar over the tokens themselves rather than over the syntax tree: the tree
 * has neither parentheses nor comments, and a layout may lose neither.
 */
final class PolicyLayout {
  private final List<CommentedToken> tokens;
  private final int indent;
  private int next;

  PolicyLayout(List<CommentedToken> tokens, int indent) {
    this.tokens = tokens;
    this.indent = indent;
  }

  boolean hasNext() {
    return next < tokens.size();
  }

  Doc policy() {
    var parts = new ArrayList<Doc>();
    while (at("@")) parts.add(annotation());
    var effect = take();
    parts.add(before(effect));
    parts.add(group(Doc.text(effect.text()), after(effect, NIL), LINE, token()));
    parts.add(scope());
    var close = take();
    if (close.text().equals(",")) close = withCommentsOf(close, take());
    parts.add(commented(close, at(";") ? NIL : HARD_LINE));
    while (!at(";")) {
      parts.add(condition());
      if (!at(";")) parts.add(HARD_LINE);
    }
    parts.add(token());
    return concat(parts);
  }

  private Doc annotation() {
    var sign = token();
    var name = token();
    if (!at("(")) return concat(sign, name, HARD_LINE);
    return concat(sign, name, token(), token(), commented(take(), HARD_LINE));
  }

  private Doc scope() {
    if (isUnconstrained()) {
      var parts = new ArrayList<Doc>();
      for (int i = 0; i < 2; i++) {
        parts.add(token());
        parts.add(commented(take(), SPACE));
      }
      parts.add(token());
      return group(nest(indent, concat(parts)));
    }
    var parts = new ArrayList<Doc>(List.of(HARD_LINE));
    for (int i = 0; i < 2; i++) {
      parts.add(variable());
      parts.add(commented(take(), HARD_LINE));
    }
    parts.add(variable());
    return concat(nest(indent, concat(parts)), HARD_LINE);
  }

  /** Whether the scope is just {@code principal, action, resource}. */
  private boolean isUnconstrained() {
    return text(next + 1).equals(",")
        && text(next + 3).equals(",")
        && Set.of(",", ")").contains(text(next + 5));
  }

  private Doc variable() {
    var name = take();
    var head = new ArrayList<Doc>(List.of(Doc.text(name.text()), after(name, NIL)));
    if (at("is")) head.add(group(nest(indent, concat(group(LINE, token()), LINE, sum()))));
    if (!at("==") && !at("in")) return concat(before(name), concat(head));
    head.add(LINE);
    head.add(token());
    return concat(
        before(name), group(group(concat(head)), nest(indent, concat(LINE, expression()))));
  }

  private Doc condition() {
    var keyword = take();
    var open = take();
    var lead = before(tokens.get(next));
    tokens.set(next, new CommentedToken(text(next), List.of(), tokens.get(next).after()));
    var body =
        group(nest(indent, concat(after(open, LINE), lead, group(expression()))), LINE, token());
    return concat(
        before(keyword),
        group(Doc.text(keyword.text()), after(keyword, LINE), before(open), Doc.text("{"), body));
  }

  private Doc expression() {
    if (!at("if")) return or();
    return group(branch(), LINE, branch(), LINE, branch());
  }

  /** One of {@code if}, {@code then} and {@code else} with its expression. */
  private Doc branch() {
    return concat(token(), nest(indent, concat(LINE, expression())));
  }

  private Doc or() {
    var parts = new ArrayList<Doc>(List.of(and()));
    while (at("||")) {
      parts.add(SPACE);
      parts.add(commented(take(), LINE));
      parts.add(and());
    }
    return concat(parts);
  }

  private Doc and() {
    var parts = new ArrayList<Doc>(List.of(relation()));
    while (at("&&")) {
      parts.add(SPACE);
      parts.add(commented(take(), LINE));
      parts.add(relation());
    }
    return concat(parts);
  }

  private Doc relation() {
    var left = sum();
    return switch (text(next)) {
      case "<", "<=", ">", ">=", "==", "!=", "in" -> concat(left, SPACE, token(), SPACE, sum());
      case "has" -> group(left, LINE, token(), LINE, nest(indent, at("if") ? member() : sum()));
      case "like" -> group(left, LINE, token(), LINE, nest(indent, sum()));
      case "is" -> {
        var is = concat(left, SPACE, token(), SPACE, nest(indent, sum()));
        yield at("in") ? group(is, LINE, token(), SPACE, nest(indent, sum())) : group(is);
      }
      default -> left;
    };
  }

  private Doc sum() {
    var parts = new ArrayList<Doc>(List.of(product()));
    while (at("+") || at("-")) {
      parts.add(SPACE);
      parts.add(token());
      parts.add(LINE);
      parts.add(product());
    }
    return group(concat(parts));
  }

  private Doc product() {
    var parts = new ArrayList<Doc>(List.of(unary()));
    while (at("*")) {
      parts.add(SPACE);
      parts.add(token());
      parts.add(LINE);
      parts.add(unary());
    }
    return group(concat(parts));
  }

  private Doc unary() {
    var parts = new ArrayList<Doc>();
    while (at("!") || at("-")) parts.add(token());
    parts.add(member());
    return concat(parts);
  }

  private Doc member() {
    var primary = primary();
    var accesses = new ArrayList<Doc>();
    boolean named = true;
    while (at(".") || at("(") || at("[")) {
      // A name stays with its arguments.
      if (!accesses.isEmpty() && !(named && at("("))) accesses.add(SOFT_BREAK);
      named = at(".");
      accesses.add(access());
    }
    return group(primary, nest(indent, concat(accesses)));
  }

  private Doc access() {
    return switch (text(next)) {
      case "." -> concat(token(), token());
      case "[" -> concat(token(), expression(), token());
      default -> {
        var open = token();
        if (at(")")) yield concat(open, token());
        var arguments = list(")");
        yield concat(open, nest(indent, concat(SOFT_BREAK, arguments)), SOFT_BREAK, token());
      }
    };
  }

  private Doc primary() {
    return switch (text(next)) {
      // One column, so that what is wrapped starts below what is behind the parenthesis.
      case "(" -> group(token(), nest(1, expression()), token());
      case "[" -> concat(token(), nest(1, list("]")), token());
      case "{" -> {
        var open = token();
        if (at("}")) yield concat(open, token());
        yield concat(open, nest(indent, group(LINE, list("}"), LINE)), token());
      }
      default -> name();
    };
  }

  /** A literal, a slot, a name with its namespace, or an entity. */
  private Doc name() {
    var parts = new ArrayList<Doc>(List.of(token()));
    while (at("::")) {
      parts.add(token());
      parts.add(token());
    }
    return concat(parts);
  }

  /** What is between brackets; a comma behind the last element goes, its comments stay. */
  private Doc list(String close) {
    var parts = new ArrayList<Doc>();
    while (!at(close)) {
      parts.add(at("if") && text(next + 1).equals(":") ? token() : expression());
      if (at(":")) {
        parts.add(token());
        parts.add(SPACE);
        parts.add(expression());
      }
      if (!at(",")) break;
      var comma = take();
      if (at(close)) {
        var comments = new ArrayList<>(comma.before());
        if (!comma.after().isEmpty()) comments.add(comma.after());
        var moved = new CommentedToken(",", comments, "");
        tokens.set(next, withCommentsOf(moved, tokens.get(next)));
      } else {
        parts.add(commented(comma, NIL));
        parts.add(LINE);
      }
    }
    return concat(parts);
  }

  /** {@code kept} with the comments of the comma in front of it, in their order. */
  private static CommentedToken withCommentsOf(CommentedToken dropped, CommentedToken kept) {
    var comments = new ArrayList<>(dropped.before());
    if (kept.before().isEmpty() && kept.after().isEmpty())
      return new CommentedToken(kept.text(), comments, dropped.after());
    if (!dropped.after().isEmpty()) comments.add(dropped.after());
    comments.addAll(kept.before());
    return new CommentedToken(kept.text(), comments, kept.after());
  }

  private boolean at(String text) {
    return text(next).equals(text);
  }

  private String text(int index) {
    return index < tokens.size() ? tokens.get(index).text() : "";
  }

  private CommentedToken take() {
    return tokens.get(next++);
  }

  /** The next token with its comments. */
  private Doc token() {
    return commented(take(), NIL);
  }

  /** A token with its comments; {@code otherwise} follows where no comment ends its line. */
  private static Doc commented(CommentedToken token, Doc otherwise) {
    return concat(before(token), Doc.text(notation(token.text())), after(token, otherwise));
  }

  /** Leading zeros of a number carry no meaning. */
  private static String notation(String text) {
    int zeros = 0;
    while (zeros < text.length() - 1 && text.charAt(zeros) == '0') zeros++;
    return text.substring(zeros);
  }

  private static Doc before(CommentedToken token) {
    if (token.before().isEmpty()) return NIL;
    var parts = new ArrayList<Doc>();
    for (var comment : token.before()) {
      parts.add(HARD_LINE);
      parts.add(Doc.text(comment));
    }
    parts.add(HARD_LINE);
    return concat(parts);
  }

  private static Doc after(CommentedToken token, Doc otherwise) {
    if (token.after().isEmpty()) return otherwise;
    return concat(SPACE, Doc.text(token.after()), HARD_LINE);
  }
}
