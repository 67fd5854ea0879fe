package dev.ostiary.sidecar.bundle;

import dev.ostiary.cedar.EntityUid;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * What a schema's annotations say to the decision point and to the logs.
 *
 * @param virtual types whose entities need not be known
 * @param inline types whose entities a request may bring, each with the types of which these may be
 *     direct members
 * @param personal types whose entities are people
 * @param sensitive types whose ids are names to hide
 * @param sealed types that have attributes to hide
 * @param sealedContexts actions whose context has attributes to hide
 */
public record SchemaMarks(
    Set<String> virtual,
    Map<String, Set<String>> inline,
    Set<String> personal,
    Set<String> sensitive,
    Set<String> sealed,
    Set<EntityUid> sealedContexts) {
  /** Nothing is marked. */
  public static final SchemaMarks NONE =
      new SchemaMarks(Set.of(), Map.of(), Set.of(), Set.of(), Set.of(), Set.of());

  public SchemaMarks {
    virtual = Set.copyOf(virtual);
    var parents = new HashMap<String, Set<String>>();
    inline.forEach((type, allowed) -> parents.put(type, Set.copyOf(allowed)));
    inline = Map.copyOf(parents);
    personal = Set.copyOf(personal);
    sensitive = Set.copyOf(sensitive);
    sealed = Set.copyOf(sealed);
    sealedContexts = Set.copyOf(sealedContexts);
  }

  /** Whether there are names or values that the logs must not show. */
  public boolean hide() {
    return !(personal.isEmpty()
        && sensitive.isEmpty()
        && sealed.isEmpty()
        && sealedContexts.isEmpty());
  }
}
