package dev.ostiary.cedar.validate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.PolicySet;
import dev.ostiary.cedar.schema.Schema;
import dev.ostiary.cedar.syntax.Expr;
import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.cedar.syntax.PolicyParser;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rules that are easily missed, one by one; expected kinds are those of the reference. */
class ValidatorTest {
  private static final String SCHEMA =
      """
      entity Group in [Group];
      entity Colour enum ["red", "green"];
      entity User in [Group] { name: String, age?: Long, boss?: User, "two words"?: Bool }
        tags String;
      entity Robot { name: String };
      entity Doc { owner: User, colour: Colour, at: datetime };
      action all;
      action view in [all] appliesTo { principal: [User, Robot], resource: Doc,
        context: { ip?: ipaddr, key: String } };
      action idle;
      """;

  private static Validator validator() throws SourceException {
    return new Validator(Schema.parse(new Source("schema", SCHEMA)));
  }

  private static ValidationResult validate(String policy, ValidationMode mode)
      throws SourceException {
    return validator().validate(PolicyParser.policies(new Source("p.cedar", policy)), mode);
  }

  private static String kinds(String condition, ValidationMode mode) throws SourceException {
    String policy = "permit(principal is User, action, resource) when { " + condition + " };";
    return validate(policy, mode).errors().stream()
        .map(e -> e.kind().notation())
        .sorted()
        .collect(Collectors.joining(" "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      nullValues = "ok",
      value = {
        "principal has age && principal.age > 1 ; ok ; ok",
        "principal.age > 1 ; UnsafeOptionalAttributeAccess ; UnsafeOptionalAttributeAccess",
        "(principal has age) == true && principal.age > 1"
            + " ; UnsafeOptionalAttributeAccess ; UnsafeOptionalAttributeAccess",
        "!(!(principal has age)) && principal.age > 1"
            + " ; UnsafeOptionalAttributeAccess ; UnsafeOptionalAttributeAccess",
        "if principal has age then principal.age > 1 else false ; ok ; ok",
        "(principal has age || principal has age) && principal.age > 1 ; ok ; ok",
        "(principal has age || principal has boss) && principal.age > 1"
            + " ; UnsafeOptionalAttributeAccess ; UnsafeOptionalAttributeAccess",
        "(principal has age || principal has nmae) && principal.age > 1 ; ok ; ok",
        "(principal has nmae || principal has age) && principal.age > 1 ; ok ; ok",
        "(if true then principal has age else false) && principal.age > 1 ; ok ; ok",
        "principal has boss.age && principal.boss.age > 1 ; ok ; ok",
        "principal has \"two words\" && principal[\"two words\"] ; ok ; ok",
        "principal.hasTag(context.key) && principal.getTag(context.key) == \"x\" ; ok ; ok",
        "principal.hasTag(\"a\") && principal.getTag(\"b\") == \"x\""
            + " ; UnsafeTagAccess ; UnsafeTagAccess",
        "resource.hasTag(\"a\") && resource.getTag(\"a\") == 1 ; ok ; ok",
        "false && 1 ; ok ; ok",
        "true && 1 ; UnexpectedType ; UnexpectedType",
        "true || 1 ; ok ; ok",
        "principal is Robot && principal.nope ; ok ; ok",
        "resource in resource.owner && 1 ; ok ; ok",
        "action in Action::\"all\" || 1 ; ok ; ok",
        "action in Action::\"idle\" && 1 ; ok ; ok",
        "context.key == 1 ; IncompatibleTypes ; ok",
        "[1, \"x\"].contains(1) ; IncompatibleTypes ; IncompatibleTypes",
        "[].isEmpty() ; EmptySetForbidden ; ok",
        "[principal, resource].contains(principal) ; IncompatibleTypes ; ok",
        "{a: 1} == {b: 1} ; IncompatibleTypes ; ok",
        "context == {ip: ip(\"::1\"), key: \"x\"} ; IncompatibleTypes ; ok",
        "(if principal has boss then (if principal has age then {a: 1, b: 1} else {a: 1, c: 1})"
            + " else {a: 1}) has b && 1 ; IncompatibleTypes UnexpectedType ; UnexpectedType",
        "(if principal has age then context else {ip: ip(\"::1\"), key: \"x\", more: 1}).ip"
            + " == ip(\"::2\") ; IncompatibleTypes ; UnsafeOptionalAttributeAccess",
        "principal has name || 1 ; UnexpectedType ; UnexpectedType",
        "context has key || 1 ; ok ; ok",
        "principal == resource ; ok ; ok",
        "ip(context.key) == ip(\"::1\") ; NonLitExtConstructor ; ok",
        "ip(\"1.2.3\").isIpv4() ; FunctionArgumentValidation ; FunctionArgumentValidation",
        "decimal(\"1.0\") < decimal(\"2.0\") ; UnexpectedType UnexpectedType"
            + " ; UnexpectedType UnexpectedType",
        "resource.at < datetime(\"2024-01-01\") ; ok ; ok",
        "resource.colour == Colour::\"blue\" ; InvalidEnumEntity ; InvalidEnumEntity",
        "principal == Usr::\"a\" ; UnrecognizedEntityType ; UnrecognizedEntityType",
        "action == Action::\"veiw\" ; UnrecognizedActionId ; UnrecognizedActionId",
        "principal.nmae == \"x\" ; UnsafeAttributeAccess ; UnsafeAttributeAccess",
        "principal has nmae && principal.nmae == 1 ; ok ; ok",
        "[principal, resource].contains(principal) && [principal, resource].contains(1)"
            + " ; IncompatibleTypes IncompatibleTypes ; ok",
        "principal.name + 1 == 2 ; UnexpectedType ; UnexpectedType",
        "principal.name.contains(\"x\") ; UnexpectedType ; UnexpectedType",
        "([resource.at].isEmpty() like \"b\") like \"b\""
            + " ; UnexpectedType UnexpectedType ; UnexpectedType UnexpectedType",
      })
  void aConditionHasTheseErrors(String condition, String strict, String permissive)
      throws Exception {
    assertEquals(strict == null ? "" : strict, kinds(condition, ValidationMode.STRICT));
    assertEquals(permissive == null ? "" : permissive, kinds(condition, ValidationMode.PERMISSIVE));
  }

  @Test
  void anErrorSaysWhereAndWhatAndWhatWasMeant() throws Exception {
    var errors =
        validate(
                "permit(principal, action, resource)\nwhen { principal.nmae like \"a\" };",
                ValidationMode.STRICT)
            .errors();
    assertEquals(
        List.of(
            "p.cedar:2:8: policy `policy0`: attribute `nmae` of entity type `Robot` does not exist;"
                + " did you mean `name`?",
            "p.cedar:2:8: policy `policy0`: attribute `nmae` of entity type `User` does not exist;"
                + " did you mean `name`?"),
        errors.stream().map(ValidationError::toString).toList());
    assertEquals("principal.nmae", errors.getFirst().error().span().text());
  }

  @Test
  void anErrorOfTheScopePointsIntoTheScope() throws Exception {
    var errors =
        validate(
                "@a(\"(\") permit(principal == Usr::\"a\", action in [Action::\"view\","
                    + " Action::\"veiw\"], resource is Dco);",
                ValidationMode.STRICT)
            .errors();
    assertEquals(
        List.of(
            "principal == Usr::\"a\"",
            "action in [Action::\"view\", Action::\"veiw\"]",
            "resource is Dco"),
        errors.stream().map(e -> e.error().span().text()).toList());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "permit(principal, action == Action::\"idle\", resource);"
            + " | InvalidActionApplication ImpossiblePolicy",
        "permit(principal == Group::\"g\", action == Action::\"view\", resource);"
            + " | InvalidActionApplication ImpossiblePolicy",
        "permit(principal, action, resource) when { principal is Group }; | ImpossiblePolicy",
        "permit(principal, action, resource) when { context.key == \"a\u202e\" };"
            + " | BidiCharsInString",
        "permit(principal, action, resource) when { context.key == \"say \u0435nough\" };"
            + " | MixedScriptString",
        "permit(principal == User::\"\u0430dmin\", action, resource); | MixedScriptIdentifier",
        "permit(principal == User::\"a\u2028\", action, resource); | ConfusableIdentifier",
        "permit(principal == User::\"a\u2066\", action, resource); | BidiCharsInIdentifier",
        "permit(principal == User::\"\u65e5\u672c\u306e\", action, resource); | ''",
        "permit(principal in ?principal, action, resource); | ''",
        "permit(principal is Robot in ?principal, action, resource); | ''",
      })
  void aSoundPolicyHasTheseWarnings(String policy, String warnings) throws Exception {
    ValidationResult result = validate(policy, ValidationMode.STRICT);
    assertEquals(List.of(), result.errors());
    assertEquals(
        warnings,
        result.warnings().stream().map(w -> w.kind().notation()).collect(Collectors.joining(" ")));
  }

  @Test
  void aLinkIsCheckedWithWhatItPutsIntoTheSlots() throws Exception {
    List<Policy> templates =
        PolicyParser.policies(
            new Source("t", "permit(principal == ?principal, action, resource);"));
    var links =
        List.of(
            link("good", EntityUid.of("User", "a")),
            link("unknown", EntityUid.of("Usr", "a")),
            link("never", EntityUid.of("Group", "a")));
    ValidationResult result = validator().validate(templates, links, ValidationMode.STRICT);
    assertEquals(
        List.of("unknown:UnrecognizedEntityType"),
        result.errors().stream().map(e -> e.policyId() + ":" + e.kind().notation()).toList());
    assertEquals(
        List.of("unknown:InvalidActionApplication", "never:InvalidActionApplication"),
        result.warnings().stream().map(w -> w.policyId() + ":" + w.kind().notation()).toList());
    assertEquals(
        result, validator().validate(PolicySet.of(templates, links), ValidationMode.STRICT));
  }

  private static Policy.Link link(String id, EntityUid principal) {
    return new Policy.Link("policy0", id, Map.of(Policy.Slot.PRINCIPAL, principal));
  }

  @Test
  void anIncompleteSchemaValidatesNothing() throws Exception {
    var schema =
        Schema.parse(
            new Source(
                "s",
                "external entity User; entity Doc; action a appliesTo"
                    + " { principal: Doc, resource: Doc };"));
    var result =
        new Validator(schema)
            .validate(
                PolicyParser.policies(new Source("p", "permit(principal, action, resource);")),
                ValidationMode.STRICT);
    assertEquals(
        List.of(ValidationError.Kind.INCOMPLETE_SCHEMA),
        result.errors().stream().map(ValidationError::kind).toList());
  }

  @Test
  void typesOfAPolicyAreThereForEachEnvironment() throws Exception {
    Policy policy =
        PolicyParser.policy(
            new Source("p", "permit(principal, action, resource) when { principal.name == \"\" };"),
            "p");
    List<Typing> typings = validator().typings(policy, ValidationMode.STRICT);
    assertEquals(
        List.of("Robot", "User"), typings.stream().map(t -> t.environment().principal()).toList());
    Expr name = ((Expr.Binary) policy.conditions().getFirst().body()).left();
    Expr principal = ((Expr.GetAttribute) name).argument();
    for (Typing typing : typings) {
      assertTrue(typing.isTyped());
      assertEquals(StaticType.Simple.STRING, typing.typeOf(name).orElseThrow());
      assertEquals(
          StaticType.Entities.of(typing.environment().principal()),
          typing.typeOf(principal).orElseThrow());
    }
  }

  @ParameterizedTest
  @CsvSource({"&&, true", "||, false", "+, 1"})
  void asDeepAsTheParserAllowsIsNoStackOverflow(String operator, String operand) throws Exception {
    var inside = new StringBuilder();
    for (int i = 0; i < 400; i++) inside.append("{a: ");
    inside.append("principal");
    for (int i = 0; i < 400; i++) inside.append("}");
    for (int i = 0; i < 400; i++) inside.append(".a");
    var chain = new StringBuilder(operand);
    for (int i = 0; i < 900; i++) chain.append(' ').append(operator).append(' ').append(operand);
    String policy =
        "permit(principal, action, resource) when { %s == principal } unless { (%s) == %s };"
            .formatted(inside, chain, operand);
    var failure = new Throwable[1];
    var thread =
        new Thread(
            null,
            () -> {
              try {
                validator()
                    .validate(
                        PolicyParser.policies(new Source("deep", policy)),
                        List.of(),
                        ValidationMode.STRICT,
                        1);
              } catch (SourceException e) {
                // A parser that refuses this depth does for the validator's stack as well.
              } catch (Throwable e) {
                failure[0] = e;
              }
            },
            "deep",
            512 * 1024);
    thread.start();
    thread.join();
    assertEquals(null, failure[0]);
  }

  @Test
  void twentyThousandConditionsAreNoStackOverflow() throws Exception {
    String policy = "permit(principal, action, resource) " + "when { true } ".repeat(20_000) + ";";
    assertTrue(validate(policy, ValidationMode.STRICT).passed());
  }
}
