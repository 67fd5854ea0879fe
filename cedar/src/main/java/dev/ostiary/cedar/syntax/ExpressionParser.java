package dev.ostiary.cedar.syntax;

import dev.ostiary.cedar.BoolValue;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.LongValue;
import dev.ostiary.cedar.StringValue;
import dev.ostiary.cedar.syntax.Expr.Binary.Operator;
import dev.ostiary.cedar.syntax.Token.Kind;
import dev.ostiary.cedar.syntax.TokenReader.Unreadable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/**
 * Reads expressions, from {@code if} down to literals.
 *
 * <p>Both the nesting of the text and the depth of the tree that comes of it are bounded, so that
 * whoever walks the tree by recursion is safe on an ordinary stack: {@code nesting} counts the
 * brackets and operators around this place, {@code depth} is that of the expression read last. A
 * chain of {@code &&} or of {@code ||} is one deep, however long it is: walkers take it by
 * iteration.
 */
final class ExpressionParser {
  /** The deepest tree that is accepted. */
  static final int MAX_DEPTH = 600;

  /** The most brackets, conditionals and operators around one place. */
  private static final int MAX_NESTING = 250;

  private static final int COMPARISON = 3;
  private static final int ADDITION = 4;

  private static final int MAX_SIGNS = 4;

  private final TokenReader in;
  private final Calls calls;
  private final Repetition repetition;
  private int nesting;
  private int depth;

  ExpressionParser(TokenReader in) {
    this.in = in;
    this.calls = new Calls(in);
    this.repetition = new Repetition(in.source());
  }

  /** Reads an expression. */
  Expr expression() throws Unreadable {
    return in.isWord("if") ? conditional() : operators(1);
  }

  /** Starts afresh, for the next condition, after whatever became of the last. */
  void reset() {
    nesting = 0;
  }

  private Expr conditional() throws Unreadable {
    Token start = in.take();
    enter();
    Expr condition = expression();
    int deepest = depth;
    in.expectWord("then");
    Expr yes = expression();
    deepest = Math.max(deepest, depth);
    in.expectWord("else");
    Expr no = expression();
    nesting--;
    return deeper(new Expr.If(condition, yes, no, in.since(start)), Math.max(deepest, depth));
  }

  /**
   * Reads operators of {@code level} and tighter ones. One method for all levels, since each frame
   * on the stack takes from the nesting that is possible.
   */
  private Expr operators(int level) throws Unreadable {
    Token start = in.peek();
    enter();
    Expr left = unary();
    for (int next = level(); next >= level; next = level()) {
      if (next == COMPARISON) {
        left = comparison(left, start);
        if (level() == COMPARISON)
          throw in.fail(
              in.peek().span(),
              "`" + in.peek().text() + "` cannot follow another comparison; use parentheses");
      } else {
        left = chained(left, next, start);
      }
    }
    nesting--;
    return left;
  }

  private void enter() throws Unreadable {
    if (++nesting > MAX_NESTING)
      throw in.fail(in.peek().span(), "nested more than " + MAX_NESTING + " deep");
  }

  /** How tightly the operator here binds; 0 where there is none. */
  private int level() {
    return switch (in.peek().kind()) {
      case OR -> 1;
      case AND -> 2;
      case EQUAL, NOT_EQUAL, LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL, ASSIGN -> COMPARISON;
      case PLUS, MINUS -> ADDITION;
      case STAR, SLASH, PERCENT -> 5;
      case IDENTIFIER ->
          switch (in.peek().text()) {
            case "in", "has", "like", "is" -> COMPARISON;
            default -> 0;
          };
      default -> 0;
    };
  }

  private Expr chained(Expr left, int level, Token start) throws Unreadable {
    Token operator = in.take();
    boolean isLonger =
        operator.kind() == Kind.OR
            ? left instanceof Expr.Or
            : operator.kind() == Kind.AND && left instanceof Expr.And;
    int deepest = isLonger ? depth - 1 : depth;
    Expr right = operators(level + 1);
    Span span = in.since(start);
    Expr read =
        switch (operator.kind()) {
          case OR -> new Expr.Or(left, right, span);
          case AND -> new Expr.And(left, right, span);
          case PLUS -> new Expr.Binary(Operator.ADD, left, right, span);
          case MINUS -> new Expr.Binary(Operator.SUBTRACT, left, right, span);
          default -> {
            if (operator.kind() != Kind.STAR)
              in.errors().add(operator.span(), "Cedar has no `" + operator.text() + "`");
            yield new Expr.Binary(Operator.MULTIPLY, left, right, span);
          }
        };
    return deeper(read, Math.max(deepest, depth));
  }

  private Expr comparison(Expr left, Token start) throws Unreadable {
    if (in.takeIfWord("has")) return has(left, start);
    if (in.takeIfWord("like")) return like(left, start);
    if (in.takeIfWord("is")) return is(left, start);
    Operator operator = relationOperator();
    int deepest = depth;
    Expr right = operators(ADDITION);
    return deeper(
        new Expr.Binary(operator, left, right, in.since(start)), Math.max(deepest, depth));
  }

  private Operator relationOperator() {
    Token token = in.take();
    return switch (token.kind()) {
      case NOT_EQUAL -> Operator.NOT_EQUAL;
      case LESS -> Operator.LESS;
      case LESS_OR_EQUAL -> Operator.LESS_OR_EQUAL;
      case GREATER -> Operator.GREATER;
      case GREATER_OR_EQUAL -> Operator.GREATER_OR_EQUAL;
      case IDENTIFIER -> Operator.IN;
      case ASSIGN -> {
        in.errors().add(token.span(), "`=` is no operator; write `==`");
        yield Operator.EQUAL;
      }
      default -> Operator.EQUAL;
    };
  }

  private Expr has(Expr target, Token start) throws Unreadable {
    if (in.is(Kind.STRING)) {
      String attribute = StringLiteral.value(in.take(), in.errors());
      return deeper(new Expr.HasAttribute(target, attribute, in.since(start)), depth);
    }
    if (!in.is(Kind.IDENTIFIER)) throw in.unexpected("an attribute's name");
    String attribute = Names.identifier(in).text();
    Expr object = target;
    Expr tests = deeper(new Expr.HasAttribute(object, attribute, in.since(start)), depth);
    while (in.takeIf(Kind.DOT)) {
      object = new Expr.GetAttribute(repeated(object), attribute, in.since(start));
      attribute = Names.identifier(in).text();
      var test = new Expr.HasAttribute(object, attribute, in.since(start));
      tests = deeper(new Expr.And(tests, test, in.since(start)), depth + 1);
    }
    return tests;
  }

  private Expr like(Expr target, Token start) throws Unreadable {
    Pattern pattern = StringLiteral.pattern(in.expect(Kind.STRING), in.errors());
    return deeper(new Expr.Like(target, pattern, in.since(start)), depth);
  }

  private Expr is(Expr target, Token start) throws Unreadable {
    if (!in.is(Kind.IDENTIFIER)) throw in.unexpected("an entity type");
    String entityType = Names.path(in);
    if (in.is(Kind.DOUBLE_COLON))
      throw in.fail(in.peek().span(), "expected an entity type, got an entity");
    Expr test = deeper(new Expr.Is(target, entityType, in.since(start)), depth);
    if (!in.takeIfWord("in")) return test;
    int deepest = depth;
    Expr group = operators(ADDITION);
    Span span = in.since(start);
    Expr member = new Expr.Binary(Operator.IN, repeated(target), group, span);
    return deeper(new Expr.And(test, member, span), Math.max(deepest, depth) + 1);
  }

  private Expr unary() throws Unreadable {
    Token start = in.peek();
    Kind sign = start.kind();
    if (sign != Kind.NOT && sign != Kind.MINUS) return member();
    int signs = 0;
    while (in.takeIf(sign)) signs++;
    if (signs > MAX_SIGNS) {
      in.errors().add(in.since(start), "at most " + MAX_SIGNS + " `" + start.text() + "` in a row");
      signs = 1;
    }
    Expr read;
    if (sign == Kind.MINUS && isNumberAlone()) {
      read = number(true);
      signs--;
    } else {
      read = member();
    }
    Span span = in.since(start);
    for (int i = 0; i < signs; i++) {
      read =
          deeper(sign == Kind.NOT ? new Expr.Not(read, span) : new Expr.Negate(read, span), depth);
    }
    return read;
  }

  /** Only a number that nothing is selected from takes the sign into the literal. */
  private boolean isNumberAlone() {
    if (!in.is(Kind.NUMBER)) return false;
    Kind next = in.peekSecond().kind();
    return next != Kind.DOT && next != Kind.OPEN_PAREN && next != Kind.OPEN_BRACKET;
  }

  private Expr number(boolean negative) {
    Token token = in.take();
    depth = 1;
    long value = 0;
    try {
      value = Long.parseLong(negative ? "-" + token.text() : token.text());
    } catch (NumberFormatException _) {
      in.errors().add(token.span(), "the number " + TokenReader.shown(token) + " is too large");
    }
    return new Expr.Literal(new LongValue(value), token.span());
  }

  private Expr member() throws Unreadable {
    Token start = in.peek();
    Expr read = primary();
    while (true) {
      if (in.takeIf(Kind.DOT)) {
        Token name = Names.identifier(in);
        if (in.is(Kind.OPEN_PAREN)) {
          int deepest = depth;
          List<Expr> arguments = arguments();
          Span span = in.since(start);
          read = deeper(calls.method(read, name, arguments, span), Math.max(deepest, depth));
        } else {
          read = deeper(new Expr.GetAttribute(read, name.text(), in.since(start)), depth);
        }
      } else if (in.takeIf(Kind.OPEN_BRACKET)) {
        String attribute = StringLiteral.value(in.expect(Kind.STRING), in.errors());
        in.expect(Kind.CLOSE_BRACKET);
        read = deeper(new Expr.GetAttribute(read, attribute, in.since(start)), depth);
      } else if (in.is(Kind.OPEN_PAREN)) {
        throw in.fail(in.since(start), "only functions and methods can be called");
      } else {
        return read;
      }
    }
  }

  /** Reads {@code (a, b)}; leaves the depth of the deepest, 0 where there is none. */
  private List<Expr> arguments() throws Unreadable {
    in.expect(Kind.OPEN_PAREN);
    return list(Kind.CLOSE_PAREN);
  }

  private List<Expr> list(Kind close) throws Unreadable {
    var read = new ArrayList<Expr>();
    int deepest = 0;
    while (!in.is(close)) {
      read.add(expression());
      deepest = Math.max(deepest, depth);
      if (!in.takeIf(Kind.COMMA)) break;
    }
    in.expect(close);
    depth = deepest;
    return read;
  }

  private Expr primary() throws Unreadable {
    Token token = in.peek();
    depth = 1;
    return switch (token.kind()) {
      case NUMBER -> number(false);
      case STRING -> {
        in.take();
        String value = StringLiteral.value(token, in.errors());
        yield new Expr.Literal(new StringValue(value), token.span());
      }
      case OPEN_PAREN -> {
        in.take();
        Expr inner = expression();
        in.expect(Kind.CLOSE_PAREN);
        yield inner;
      }
      case OPEN_BRACKET -> {
        in.take();
        List<Expr> elements = list(Kind.CLOSE_BRACKET);
        yield deeper(new Expr.SetLiteral(elements, in.since(token)), depth);
      }
      case OPEN_BRACE -> record();
      case IDENTIFIER -> named();
      case SLOT ->
          throw in.fail(token.span(), "a slot such as `" + token.text() + "` is only for scopes");
      default -> throw in.unexpected("an expression");
    };
  }

  private Expr record() throws Unreadable {
    Token start = in.take();
    var entries = new ArrayList<Expr.RecordLiteral.Entry>();
    var names = new HashSet<String>();
    int deepest = 0;
    while (!in.is(Kind.CLOSE_BRACE)) {
      Token key = in.peek();
      String name =
          key.kind() == Kind.STRING
              ? StringLiteral.value(in.take(), in.errors())
              : Names.identifier(in).text();
      if (!names.add(name))
        in.errors().add(key.span(), "the attribute `" + name + "` is given twice");
      in.expect(Kind.COLON);
      entries.add(new Expr.RecordLiteral.Entry(name, expression()));
      deepest = Math.max(deepest, depth);
      if (!in.takeIf(Kind.COMMA)) break;
    }
    in.expect(Kind.CLOSE_BRACE);
    return deeper(new Expr.RecordLiteral(entries, in.since(start)), deepest);
  }

  /** Reads what starts with a name: a literal, a variable, an entity or a call. */
  private Expr named() throws Unreadable {
    Token start = in.peek();
    boolean path = in.peekSecond().kind() == Kind.DOUBLE_COLON;
    if (!path) {
      switch (start.text()) {
        case "true", "false" -> {
          in.take();
          return new Expr.Literal(BoolValue.of(start.text().equals("true")), start.span());
        }
        case "if" -> throw in.fail(start.span(), "`if` needs parentheses here");
        case "principal" -> {
          return variable(Expr.Variable.Name.PRINCIPAL);
        }
        case "action" -> {
          return variable(Expr.Variable.Name.ACTION);
        }
        case "resource" -> {
          return variable(Expr.Variable.Name.RESOURCE);
        }
        case "context" -> {
          return variable(Expr.Variable.Name.CONTEXT);
        }
        default -> {
          if (Names.isReserved(start.text())) throw in.unexpected("an expression");
        }
      }
    }
    String name = Names.path(in);
    if (in.takeIf(Kind.DOUBLE_COLON)) {
      String id = StringLiteral.value(in.expect(Kind.STRING), in.errors());
      return new Expr.Literal(EntityUid.of(name, id), in.since(start));
    }
    if (!in.is(Kind.OPEN_PAREN))
      throw in.fail(
          in.since(start),
          "`" + name + "` is not a variable; there are principal, action, resource and context");
    Span nameSpan = in.since(start);
    List<Expr> arguments = arguments();
    return deeper(calls.function(name, nameSpan, arguments, in.since(start)), depth);
  }

  private Expr variable(Expr.Variable.Name name) throws Unreadable {
    Token token = in.take();
    if (in.is(Kind.OPEN_PAREN))
      throw in.fail(token.span(), "`" + token.text() + "` is a variable, not a function");
    return new Expr.Variable(name, token.span());
  }

  private Expr repeated(Expr read) throws Unreadable {
    if (repetition.allows(read)) return read;
    throw in.fail(read.span(), Repetition.complaint());
  }

  /** Takes note that {@code read} stands over children of depth {@code below}. */
  private Expr deeper(Expr read, int below) throws Unreadable {
    depth = below + 1;
    if (depth > MAX_DEPTH)
      throw in.fail(in.peek().span(), "an expression more than " + MAX_DEPTH + " operations deep");
    return read;
  }
}
