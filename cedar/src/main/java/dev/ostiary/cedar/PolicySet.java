package dev.ostiary.cedar;

import dev.ostiary.cedar.eval.CompiledSet;
import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.cedar.syntax.Policy.Link;
import dev.ostiary.cedar.syntax.Policy.Slot;
import dev.ostiary.cedar.syntax.PolicyParser;
import dev.ostiary.cedar.syntax.Scope;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceError;
import dev.ostiary.cedar.syntax.SourceException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/** Policies, templates and links, ready to decide requests. Immutable. */
public final class PolicySet {
  /** No policies. */
  public static final PolicySet EMPTY =
      new PolicySet(new LinkedHashMap<>(), new LinkedHashMap<>(), new LinkedHashMap<>());

  private final SequencedMap<String, Policy> policies;
  private final SequencedMap<String, Policy> templates;
  private final SequencedMap<String, Link> links;
  private final CompiledSet compiled;

  private PolicySet(
      SequencedMap<String, Policy> policies,
      SequencedMap<String, Policy> templates,
      SequencedMap<String, Link> links) {
    this.policies = policies;
    this.templates = templates;
    this.links = links;
    this.compiled = new CompiledSet(policies.values());
  }

  /** How policies of a text get their ids. */
  public enum Ids {
    /** {@code policy0}, {@code policy1}, … over all sources. */
    BY_POSITION,
    /** By the annotation {@code @id}; by position where it is absent. */
    BY_ANNOTATION
  }

  /**
   * The policies and templates of {@code sources}, one after the other.
   *
   * @throws SourceException with the faults of all sources; also where an id is given twice
   */
  public static PolicySet parse(Ids ids, List<Source> sources) throws SourceException {
    var errors = new ArrayList<SourceError>();
    var all = new ArrayList<Policy>();
    for (Source source : sources) {
      try {
        for (Policy policy : PolicyParser.policies(source))
          all.add(policy.withId(id(ids, policy, all.size())));
      } catch (SourceException e) {
        errors.addAll(e.errors());
      }
    }
    if (!errors.isEmpty()) throw new SourceException(errors);
    return of(all, List.of());
  }

  /** The policies of one text, with ids by position. */
  public static PolicySet parse(String text) throws SourceException {
    return parse(Ids.BY_POSITION, List.of(new Source("policies.cedar", text)));
  }

  private static String id(Ids ids, Policy policy, int position) {
    String byPosition = "policy" + position;
    return switch (ids) {
      case BY_POSITION -> byPosition;
      case BY_ANNOTATION -> policy.annotations().getOrDefault("id", byPosition);
    };
  }

  /**
   * Policies, templates among them, and links of these templates.
   *
   * @throws SourceException if an id is given twice, or a link names no template or not exactly its
   *     slots
   */
  public static PolicySet of(Collection<Policy> policies, Collection<Link> links)
      throws SourceException {
    var errors = new ArrayList<SourceError>();
    var statics = new LinkedHashMap<String, Policy>();
    var templates = new LinkedHashMap<String, Policy>();
    for (Policy policy : policies) {
      var kind = policy.isTemplate() ? templates : statics;
      if (statics.containsKey(policy.id()) || templates.containsKey(policy.id()))
        errors.add(
            new SourceError(policy.span(), "the policy id `" + policy.id() + "` is given twice"));
      else kind.put(policy.id(), policy);
    }
    if (!errors.isEmpty()) throw new SourceException(errors);
    return linked(statics, templates, new LinkedHashMap<>(), links);
  }

  /**
   * This set with more links.
   *
   * @throws SourceException if an id is given twice, or a link names no template or not exactly its
   *     slots
   */
  public PolicySet withLinks(Collection<Link> more) throws SourceException {
    return linked(new LinkedHashMap<>(policies), templates, new LinkedHashMap<>(links), more);
  }

  private static PolicySet linked(
      SequencedMap<String, Policy> policies,
      SequencedMap<String, Policy> templates,
      SequencedMap<String, Link> links,
      Collection<Link> more)
      throws SourceException {
    var errors = new ArrayList<SourceError>();
    for (Link link : more) {
      Policy template = templates.get(link.templateId());
      Optional<String> fault =
          policies.containsKey(link.newId()) || templates.containsKey(link.newId())
              ? Optional.of("the policy id `" + link.newId() + "` is given twice")
              : template == null
                  ? Optional.of("there is no template `" + link.templateId() + "`")
                  : slotFault(template, link);
      if (fault.isPresent() || template == null) {
        var span = template == null ? dev.ostiary.cedar.syntax.Span.NONE : template.span();
        errors.add(new SourceError(span, fault.orElse("no template")));
        continue;
      }
      policies.put(link.newId(), link(template, link));
      links.put(link.newId(), link);
    }
    if (!errors.isEmpty()) throw new SourceException(errors);
    return new PolicySet(policies, templates, links);
  }

  private static Optional<String> slotFault(Policy template, Link link) {
    for (Slot slot : Slot.values()) {
      boolean wanted = template.hasSlot(slot);
      boolean given = link.values().containsKey(slot);
      if (wanted != given)
        return Optional.of(
            "the link `%s` %s `%s`, which template `%s` %s"
                .formatted(
                    link.newId(),
                    given ? "fills" : "does not fill",
                    slot.notation(),
                    template.id(),
                    given ? "does not have" : "has"));
    }
    return Optional.empty();
  }

  private static Policy link(Policy template, Link link) {
    return new Policy(
        link.newId(),
        template.annotations(),
        template.effect(),
        filled(template.principal(), link.values().get(Slot.PRINCIPAL)),
        template.action(),
        filled(template.resource(), link.values().get(Slot.RESOURCE)),
        template.conditions(),
        template.span());
  }

  private static Scope.OfEntity filled(
      Scope.OfEntity scope, @org.jspecify.annotations.Nullable EntityUid value) {
    if (value == null) return scope;
    var entity = new Scope.Reference.Entity(value);
    return switch (scope) {
      case Scope.Any _, Scope.Is _ -> scope;
      case Scope.Equal _ -> new Scope.Equal(entity);
      case Scope.In _ -> new Scope.In(entity);
      case Scope.IsIn(String type, _) -> new Scope.IsIn(type, entity);
    };
  }

  /** Policies that can apply, by id in their order: static ones, then links with slots filled. */
  public Map<String, Policy> policies() {
    return Collections.unmodifiableMap(policies);
  }

  /** Templates by id. */
  public Map<String, Policy> templates() {
    return Collections.unmodifiableMap(templates);
  }

  /** Links by the id of the linked policy. */
  public Map<String, Link> links() {
    return Collections.unmodifiableMap(links);
  }

  /**
   * An upper bound of the policies that are looked at for one request, if its principal is, or is
   * in, at most one entity that scopes name, and so are its action and its resource. A request
   * whose principal is in so many of them looks at no more than so many times as many. What makes
   * it high are policies whose scopes name nothing, or all the same. Of those that begin by
   * comparing attributes with literals fewer are looked at, but all where a request lacks an
   * attribute.
   *
   * <p>Takes time for each policy.
   */
  public int worstCandidateCount() {
    return compiled.worstCandidateCount();
  }

  CompiledSet compiled() {
    return compiled;
  }
}
