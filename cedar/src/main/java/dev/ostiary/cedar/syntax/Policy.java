package dev.ostiary.cedar.syntax;

import dev.ostiary.cedar.EntityUid;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One {@code permit} or {@code forbid} as written; a template where a scope has a slot.
 *
 * @param id unique in its policy set
 * @param annotations by name in the order written; an annotation without value has the empty string
 * @param bareAnnotations names of those that were written without value; they mean the same
 * @param effect what it does where it applies
 * @param conditions in the order written, which is the order of evaluation
 * @param span the whole policy, annotations included
 */
public record Policy(
    String id,
    SequencedMap<String, String> annotations,
    Set<String> bareAnnotations,
    Effect effect,
    Scope.OfEntity principal,
    Scope.OfAction action,
    Scope.OfEntity resource,
    List<Condition> conditions,
    Span span) {

  public Policy {
    annotations = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(annotations));
    bareAnnotations = Set.copyOf(bareAnnotations);
    conditions = List.copyOf(conditions);
  }

  /** A policy all of whose annotations have a value. */
  public Policy(
      String id,
      SequencedMap<String, String> annotations,
      Effect effect,
      Scope.OfEntity principal,
      Scope.OfAction action,
      Scope.OfEntity resource,
      List<Condition> conditions,
      Span span) {
    this(id, annotations, Set.of(), effect, principal, action, resource, conditions, span);
  }

  /** What a policy does where it applies. */
  public enum Effect {
    PERMIT,
    FORBID
  }

  /** {@code when { body }} or {@code unless { body }}. */
  public record Condition(Kind kind, Expr body, Span span) {
    /** Whether the body must be true or false. */
    public enum Kind {
      WHEN,
      UNLESS
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return this == other
          || (other instanceof Condition that
              && kind == that.kind
              && span.equals(that.span)
              && SameTree.isSame(body, that.body));
    }

    /** Of the place alone, which tells conditions apart but for those that were never written. */
    @Override
    public int hashCode() {
      return span.hashCode();
    }
  }

  /** Whether a scope has a slot to fill. */
  public boolean isTemplate() {
    return hasSlot(principal) || hasSlot(resource);
  }

  /** Whether the template has that slot. */
  public boolean hasSlot(Slot slot) {
    return hasSlot(
        switch (slot) {
          case PRINCIPAL -> principal;
          case RESOURCE -> resource;
        });
  }

  /** The same policy under another id. */
  public Policy withId(String other) {
    return new Policy(
        other, annotations, bareAnnotations, effect, principal, action, resource, conditions, span);
  }

  private static boolean hasSlot(Scope.OfEntity scope) {
    return switch (scope) {
      case Scope.Any _, Scope.Is _ -> false;
      case Scope.Equal(var reference) -> reference instanceof Scope.Reference.Slot;
      case Scope.In(var reference) -> reference instanceof Scope.Reference.Slot;
      case Scope.IsIn(_, var reference) -> reference instanceof Scope.Reference.Slot;
    };
  }

  /** A link: the template's id, the new policy's id, and the entities for its slots. */
  public record Link(String templateId, String newId, Map<Slot, EntityUid> values) {
    public Link {
      values = Map.copyOf(values);
    }
  }

  /** The slots that a template may have. */
  public enum Slot {
    PRINCIPAL("?principal"),
    RESOURCE("?resource");

    private final String notation;

    Slot(String notation) {
      this.notation = notation;
    }

    /** As it is written in a template. */
    public String notation() {
      return notation;
    }
  }
}
