package dev.ostiary.cedar.validate;

import dev.ostiary.cedar.syntax.Lexer;
import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceErrors;
import dev.ostiary.cedar.syntax.Span;
import dev.ostiary.cedar.syntax.Token;
import dev.ostiary.cedar.syntax.Token.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * Where in its text a policy's scope speaks of each variable. The tree does not say so, since only
 * errors ask; so the text is looked at once more.
 */
record ScopePlaces(Span principal, Span action, Span resource) {

  /** All of the policy, for each variable. */
  static ScopePlaces coarse(Policy policy) {
    return new ScopePlaces(policy.span(), policy.span(), policy.span());
  }

  /** The three clauses; all of the policy where it was not written as Cedar text. */
  static ScopePlaces exact(Policy policy) {
    var text = new Source(policy.span().source().name(), policy.span().text());
    var errors = new SourceErrors();
    List<Token> tokens = Lexer.tokens(text, errors);
    var clauses = clauses(tokens, firstOfScope(tokens));
    if (!errors.isEmpty() || clauses.size() != 3) return coarse(policy);
    int start = policy.span().start();
    var places = new ArrayList<Span>();
    for (Span clause : clauses)
      places.add(policy.span().source().span(start + clause.start(), start + clause.end()));
    return new ScopePlaces(places.get(0), places.get(1), places.get(2));
  }

  /** Index behind {@code permit (}; annotations, which have brackets of their own, come before. */
  private static int firstOfScope(List<Token> tokens) {
    int i = 0;
    while (i + 2 < tokens.size() && tokens.get(i).kind() == Kind.AT)
      i += tokens.get(i + 2).kind() == Kind.OPEN_PAREN ? 5 : 2;
    boolean effect =
        i + 1 < tokens.size()
            && (tokens.get(i).isWord("permit") || tokens.get(i).isWord("forbid"))
            && tokens.get(i + 1).kind() == Kind.OPEN_PAREN;
    return effect ? i + 2 : tokens.size();
  }

  private static List<Span> clauses(List<Token> tokens, int first) {
    var clauses = new ArrayList<Span>();
    int depth = 0;
    Span clause = null;
    for (Token token : tokens.subList(first, tokens.size())) {
      Kind kind = token.kind();
      boolean opens = kind == Kind.OPEN_PAREN || kind == Kind.OPEN_BRACKET;
      boolean closes = kind == Kind.CLOSE_PAREN || kind == Kind.CLOSE_BRACKET;
      if (depth == 0 && (closes || kind == Kind.COMMA)) {
        if (clause != null) clauses.add(clause);
        clause = null;
        if (closes) break;
        continue;
      }
      depth += opens ? 1 : closes ? -1 : 0;
      clause = clause == null ? token.span() : clause.to(token.span());
    }
    return clauses;
  }
}
