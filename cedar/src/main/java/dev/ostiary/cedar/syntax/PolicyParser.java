package dev.ostiary.cedar.syntax;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.syntax.DeepStack.TooDeep;
import dev.ostiary.cedar.syntax.Policy.Condition;
import dev.ostiary.cedar.syntax.Token.Kind;
import dev.ostiary.cedar.syntax.TokenReader.Unreadable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/**
 * Reads policies and templates as Cedar text.
 *
 * <p>Any text gives an answer or errors; what is deeper than {@value ExpressionParser#MAX_DEPTH} is
 * refused. After a fault reading goes on behind the next semicolon, so that every faulty policy is
 * reported.
 *
 * @see <a href="https://docs.cedarpolicy.com/policies/syntax-grammar.html">Cedar grammar</a>
 */
public final class PolicyParser {
  private final TokenReader in;
  private final ExpressionParser expressions;
  private final ScopeParser scopes;

  private PolicyParser(Source source, SourceErrors errors, int maxNesting) {
    this.in = new TokenReader(source, errors);
    this.expressions = new ExpressionParser(in, maxNesting);
    this.scopes = new ScopeParser(in);
  }

  /** All policies of {@code source}; their ids are {@code policy0}, {@code policy1}, … */
  public static List<Policy> policies(Source source) throws SourceException {
    return DeepStack.read(maxNesting -> {
      var errors = new SourceErrors();
      var parser = new PolicyParser(source, errors, maxNesting);
      var policies = new ArrayList<Policy>();
      while (!parser.in.is(Kind.END)) {
        parser.recovering("policy" + policies.size()).ifPresent(policies::add);
      }
      errors.throwIfAny();
      return policies;
    });
  }

  /** The only policy of {@code source}, with that id. */
  public static Policy policy(Source source, String id) throws SourceException {
    return DeepStack.read(maxNesting -> {
      var errors = new SourceErrors();
      var parser = new PolicyParser(source, errors, maxNesting);
      Optional<Policy> policy = parser.recovering(id);
      if (!parser.in.is(Kind.END)) parser.in.unexpected("one policy");
      errors.throwIfAny();
      return policy.orElseThrow();
    });
  }

  /** The expression that {@code source} is, as in a condition. */
  public static Expr expression(Source source) throws SourceException {
    return DeepStack.read(maxNesting -> {
      var errors = new SourceErrors();
      var parser = new PolicyParser(source, errors, maxNesting);
      Optional<Expr> expression = parser.wholeExpression();
      errors.throwIfAny();
      return expression.orElseThrow();
    });
  }

  /** The uid that {@code source} is: {@code Type::"id"}. */
  public static EntityUid entityUid(Source source) throws SourceException {
    if (expression(source) instanceof Expr.Literal(EntityUid uid, _)) return uid;
    throw new SourceException(
        List.of(
            new SourceError(
                source.span(0, source.text().length()),
                "expected an entity such as `User::\"alice\"`")));
  }

  private Optional<Expr> wholeExpression() throws TooDeep {
    try {
      Expr expression = expressions.expression();
      if (!in.is(Kind.END)) in.unexpected(Kind.END.notation());
      return Optional.of(expression);
    } catch (TooDeep e) {
      throw e;
    } catch (Unreadable _) {
      return Optional.empty();
    }
  }

  private Optional<Policy> recovering(String id) throws TooDeep {
    try {
      return Optional.of(policy(id));
    } catch (TooDeep e) {
      throw e;
    } catch (Unreadable _) {
      in.skipPastSemicolon();
      return Optional.empty();
    }
  }

  private Policy policy(String id) throws Unreadable {
    Token start = in.peek();
    var bare = new HashSet<String>();
    SequencedMap<String, String> annotations = annotations(bare);
    Policy.Effect effect = effect();
    in.expect(Kind.OPEN_PAREN);
    Scope.OfEntity principal = scopes.ofEntity("principal", "?principal");
    scopes.separator("action");
    Scope.OfAction action = scopes.ofAction();
    scopes.separator("resource");
    Scope.OfEntity resource = scopes.ofEntity("resource", "?resource");
    scopes.end();
    var conditions = new ArrayList<Condition>();
    while (in.is(Kind.IDENTIFIER)) conditions.add(condition());
    if (!in.is(Kind.SEMICOLON)) throw in.unexpected("`when`, `unless` or `;`");
    in.take();
    return new Policy(
        id, annotations, bare, effect, principal, action, resource, conditions, in.since(start));
  }

  /** Reads annotations; the names of those without value go to {@code bare}. */
  private SequencedMap<String, String> annotations(Set<String> bare) throws Unreadable {
    var annotations = new LinkedHashMap<String, String>();
    while (in.is(Kind.AT)) {
      Token at = in.take();
      String name = in.expect(Kind.IDENTIFIER).text();
      String value = "";
      if (in.takeIf(Kind.OPEN_PAREN)) {
        value = StringLiteral.value(in.expect(Kind.STRING), in.errors());
        in.expect(Kind.CLOSE_PAREN);
      } else {
        bare.add(name);
      }
      if (annotations.putIfAbsent(name, value) != null)
        in.errors().add(in.since(at), "the annotation `@" + name + "` is given twice");
    }
    return annotations;
  }

  private Policy.Effect effect() throws Unreadable {
    if (in.takeIfWord("permit")) return Policy.Effect.PERMIT;
    if (in.takeIfWord("forbid")) return Policy.Effect.FORBID;
    throw in.unexpected("`permit` or `forbid`");
  }

  private Condition condition() throws Unreadable {
    Token word = in.peek();
    Condition.Kind kind;
    if (in.takeIfWord("when")) kind = Condition.Kind.WHEN;
    else if (in.takeIfWord("unless")) kind = Condition.Kind.UNLESS;
    else throw in.unexpected("`when`, `unless` or `;`");
    in.expect(Kind.OPEN_BRACE);
    if (in.is(Kind.CLOSE_BRACE))
      throw in.fail(in.peek().span(), "expected a condition, got an empty `" + word.text() + "`");
    expressions.reset();
    Expr body = expressions.expression();
    in.expect(Kind.CLOSE_BRACE);
    return new Condition(kind, body, in.since(word));
  }
}
