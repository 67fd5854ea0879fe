package dev.ostiary.sidecar.bundle;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * What a schema's annotations say to the decision point.
 *
 * @param virtual types whose entities need not be known
 * @param inline types whose entities a request may bring, each with the types of which these may be
 *     direct members
 */
public record SchemaMarks(Set<String> virtual, Map<String, Set<String>> inline) {
  public SchemaMarks {
    virtual = Set.copyOf(virtual);
    var parents = new HashMap<String, Set<String>>();
    inline.forEach((type, allowed) -> parents.put(type, Set.copyOf(allowed)));
    inline = Map.copyOf(parents);
  }
}
