package dev.ostiary.cedar.schema;

import dev.ostiary.cedar.schema.SchemaFragment.Action;
import dev.ostiary.cedar.schema.SchemaFragment.ActionName;
import dev.ostiary.cedar.schema.SchemaFragment.AppliesTo;
import dev.ostiary.cedar.schema.SchemaFragment.CommonType;
import dev.ostiary.cedar.schema.SchemaFragment.EntityKind;
import dev.ostiary.cedar.schema.SchemaFragment.EntityType;
import dev.ostiary.cedar.schema.SchemaFragment.Name;
import dev.ostiary.cedar.schema.SchemaFragment.Namespace;
import dev.ostiary.cedar.syntax.Identifiers;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceErrors;
import dev.ostiary.cedar.syntax.SourceException;
import dev.ostiary.cedar.syntax.Span;
import dev.ostiary.cedar.syntax.StringLiteral;
import dev.ostiary.cedar.syntax.Token;
import dev.ostiary.cedar.syntax.Token.Kind;
import dev.ostiary.cedar.syntax.TokenReader;
import dev.ostiary.cedar.syntax.TokenReader.Unreadable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads one schema in the Cedar form. After a fault it goes on behind the next semicolon. */
final class SchemaParser {
  private final TokenReader in;
  private final SourceErrors errors;
  private final TypeParser types;
  private final SortedMap<String, Namespace> namespaces = new TreeMap<>();

  private SchemaParser(Source source) {
    errors = new SourceErrors();
    in = new TokenReader(source, errors);
    types = new TypeParser(in);
  }

  static SchemaFragment parse(Source source) throws SourceException {
    return new SchemaParser(source).fragment();
  }

  private SchemaFragment fragment() throws SourceException {
    var outside = new Declarations();
    boolean anyOutside = false;
    while (!in.is(Kind.END)) {
      try {
        var annotations = types.annotations();
        if (in.isWord("namespace")) {
          namespace(annotations);
        } else {
          outside.declaration(annotations);
          anyOutside = true;
        }
      } catch (Unreadable _) {
        in.skipPastSemicolon();
      }
    }
    errors.throwIfAny();
    if (anyOutside) namespaces.put("", outside.namespace(new TreeMap<>()));
    return new SchemaFragment(namespaces);
  }

  private void namespace(SortedMap<String, Optional<String>> annotations) throws Unreadable {
    in.take();
    Name name = types.path();
    if (SchemaNames.isName(name.text()) && !Identifiers.isName(name.text()))
      errors.add(name.span(), "`" + name.text() + "` is reserved");
    in.expect(Kind.OPEN_BRACE);
    var declarations = new Declarations();
    while (!in.is(Kind.CLOSE_BRACE)) {
      if (in.is(Kind.END)) throw in.unexpected("a declaration or `}`");
      try {
        declarations.declaration(types.annotations());
      } catch (Unreadable _) {
        in.skipPastSemicolon();
      }
    }
    in.take();
    if (namespaces.put(name.text(), declarations.namespace(annotations)) != null)
      errors.add(name.span(), "the namespace `" + name.text() + "` is already in this text");
  }

  /** What one namespace declares. */
  private final class Declarations {
    private final SortedMap<String, CommonType> commonTypes = new TreeMap<>();
    private final SortedMap<String, EntityType> entityTypes = new TreeMap<>();
    private final SortedMap<String, Action> actions = new TreeMap<>();

    Namespace namespace(SortedMap<String, Optional<String>> annotations) {
      return new Namespace(commonTypes, entityTypes, actions, annotations);
    }

    void declaration(SortedMap<String, Optional<String>> annotations) throws Unreadable {
      Token start = in.peek();
      boolean external = in.takeIfWord("external");
      if (in.takeIfWord("entity")) entity(annotations, external, start);
      else if (in.takeIfWord("action")) action(annotations, external, start);
      else if (!external && in.takeIfWord("type")) commonType(annotations, start);
      else
        throw in.unexpected(
            external ? "`entity` or `action`" : "`entity`, `action`, `type` or `namespace`");
    }

    private void commonType(SortedMap<String, Optional<String>> annotations, Token start)
        throws Unreadable {
      Token name = declaredName();
      if (SchemaNames.isTypeKeyword(name.text()))
        errors.add(name.span(), "`" + name.text() + "` cannot be the name of a common type");
      in.expect(Kind.ASSIGN);
      TypeSyntax type = types.type();
      in.expect(Kind.SEMICOLON);
      var declared = new CommonType(type, annotations, in.since(start));
      if (commonTypes.put(name.text(), declared) != null) twice(name.span(), name.text());
    }

    private void entity(
        SortedMap<String, Optional<String>> annotations, boolean external, Token start)
        throws Unreadable {
      List<Token> names = new ArrayList<>();
      do names.add(declaredName());
      while (in.takeIf(Kind.COMMA));
      EntityKind kind = external ? externalKind() : kind();
      in.expect(Kind.SEMICOLON);
      var declared = new EntityType(kind, annotations, in.since(start));
      for (Token name : names) {
        if (name.text().equals("Action")) errors.add(name.span(), SchemaNames.ACTION_DECLARED);
        if (entityTypes.put(name.text(), declared) != null) twice(name.span(), name.text());
      }
    }

    private EntityKind externalKind() throws Unreadable {
      return new EntityKind.External(in.takeIfWord("in") ? types.entityTypes() : List.of());
    }

    private EntityKind kind() throws Unreadable {
      if (in.takeIfWord("enum")) return new EntityKind.Enumerated(ids());
      List<Name> parents = in.takeIfWord("in") ? types.entityTypes() : List.of();
      Token at = in.peek();
      boolean assigned = in.takeIf(Kind.ASSIGN);
      TypeSyntax shape =
          assigned || in.is(Kind.OPEN_BRACE)
              ? types.record()
              : TypeSyntax.Attributes.none(at.span());
      Optional<TypeSyntax> tags =
          in.takeIfWord("tags") ? Optional.of(types.type()) : Optional.empty();
      return new EntityKind.Standard(parents, shape, tags);
    }

    private List<String> ids() throws Unreadable {
      in.expect(Kind.OPEN_BRACKET);
      List<String> ids = new ArrayList<>();
      do ids.add(StringLiteral.value(in.expect(Kind.STRING), errors));
      while (in.takeIf(Kind.COMMA));
      in.expect(Kind.CLOSE_BRACKET);
      return ids;
    }

    private void action(
        SortedMap<String, Optional<String>> annotations, boolean external, Token start)
        throws Unreadable {
      List<Name> names = new ArrayList<>();
      do names.add(types.nameOrString());
      while (in.takeIf(Kind.COMMA));
      Optional<List<ActionName>> memberOf =
          in.takeIfWord("in") ? Optional.of(actionNames()) : Optional.empty();
      Optional<AppliesTo> appliesTo = Optional.empty();
      if (!external) {
        appliesTo = Optional.of(appliesTo(names.getFirst()));
        if (in.takeIfWord("attributes")) {
          in.expect(Kind.OPEN_BRACE);
          in.expect(Kind.CLOSE_BRACE);
        }
      }
      in.expect(Kind.SEMICOLON);
      var declared = new Action(memberOf, appliesTo, external, annotations, in.since(start));
      for (Name name : names)
        if (actions.put(name.text(), declared) != null) twice(name.span(), name.text());
    }

    private List<ActionName> actionNames() throws Unreadable {
      if (!in.takeIf(Kind.OPEN_BRACKET)) return List.of(types.actionName());
      List<ActionName> names = new ArrayList<>();
      do names.add(types.actionName());
      while (in.takeIf(Kind.COMMA));
      in.expect(Kind.CLOSE_BRACKET);
      return names;
    }

    private AppliesTo appliesTo(Name action) throws Unreadable {
      if (!in.takeIfWord("appliesTo"))
        return new AppliesTo(List.of(), List.of(), TypeSyntax.Attributes.none(in.peek().span()));
      in.expect(Kind.OPEN_BRACE);
      @Nullable List<Name> principals = null;
      @Nullable List<Name> resources = null;
      @Nullable TypeSyntax context = null;
      do {
        Token key = in.peek();
        if (in.takeIfWord("principal")) {
          if (principals != null) twice(key.span(), "principal");
          principals = applicable(key);
        } else if (in.takeIfWord("resource")) {
          if (resources != null) twice(key.span(), "resource");
          resources = applicable(key);
        } else if (in.takeIfWord("context")) {
          if (context != null) twice(key.span(), "context");
          in.expect(Kind.COLON);
          context = types.context();
        } else {
          throw in.unexpected("`principal`, `resource` or `context`");
        }
      } while (in.takeIf(Kind.COMMA) && !in.is(Kind.CLOSE_BRACE));
      Token close = in.expect(Kind.CLOSE_BRACE);
      if (principals == null) missing(action, "principal");
      if (resources == null) missing(action, "resource");
      return new AppliesTo(
          principals == null ? List.of() : principals,
          resources == null ? List.of() : resources,
          context == null ? TypeSyntax.Attributes.none(close.span()) : context);
    }

    private List<Name> applicable(Token key) throws Unreadable {
      in.expect(Kind.COLON);
      List<Name> named = types.entityTypes();
      if (named.isEmpty())
        errors.add(
            in.since(key),
            "expected at least one entity type; an action for nobody leaves `appliesTo` out");
      return named;
    }

    private void missing(Name action, String what) {
      errors.add(
          action.span(), "the action `" + action.text() + "` applies to something but no " + what);
    }
  }

  private Token declaredName() throws Unreadable {
    Token name = types.identifier();
    if (SchemaNames.isIdentifier(name.text()) && !Identifiers.isIdentifier(name.text()))
      errors.add(name.span(), "`" + name.text() + "` is reserved");
    return name;
  }

  private void twice(Span span, String name) {
    errors.add(span, "`" + name + "` is declared twice");
  }
}
