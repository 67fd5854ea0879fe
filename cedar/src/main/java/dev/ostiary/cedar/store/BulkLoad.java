package dev.ostiary.cedar.store;

import dev.ostiary.cedar.EntitiesException;
import dev.ostiary.cedar.Entity;
import dev.ostiary.cedar.EntityUid;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Makes a store of many entities at once. */
final class BulkLoad {
  private static final int MAX_KEPT = 1 << 16;

  private final Map<EntityUid, Entity> entities;
  private final Map<EntityUid, Node> nodes = new LinkedHashMap<>();

  /** Members of the same groups share the list: less memory, and mostly in the cache. */
  private final Map<List<Group>, Parents> parentLists = new HashMap<>();

  /** A group while its ancestors are worked out. */
  private static final class Node {
    final Group group;
    final List<Node> subgroups = new ArrayList<>(0);
    int waitingFor;
    int members;
    Set<EntityUid> ancestors = Set.of();

    Node(Group group) {
      this.group = group;
    }
  }

  BulkLoad(Map<EntityUid, Entity> entities) {
    this.entities = entities;
  }

  EntityStore store() throws EntitiesException {
    for (Entity entity : entities.values()) {
      for (EntityUid parent : entity.parents()) node(parent).members++;
    }
    List<Node> order = parentsFirst();
    Groups standings = Groups.EMPTY;
    for (Node node : order) {
      node.ancestors = closure(node);
      UidTrie<Group> subgroups = UidTrie.of(node.subgroups.stream().map(n -> n.group).toList());
      Standing standing = Standing.of(node.group, node.ancestors);
      standings =
          standings.with(
              node.group.index, standing.withSubgroups(subgroups).withMembers(node.members));
    }
    var stored = new ArrayList<StoredEntity>(entities.size());
    for (Entity entity : entities.values()) stored.add(stored(entity));
    List<Group> groups = order.stream().map(node -> node.group).toList();
    return new EntityStore(
        UidTrie.of(stored), UidTrie.of(groups), standings, new Object(), nodes.size(), null);
  }

  private Node node(EntityUid uid) {
    Node node = nodes.get(uid);
    if (node == null) {
      node = new Node(new Group(uid, nodes.size()));
      nodes.put(uid, node);
    }
    return node;
  }

  /** Groups in an order in which parents come before their members. */
  private List<Node> parentsFirst() throws EntitiesException {
    var ready = new ArrayDeque<Node>();
    for (Node node : nodes.values()) {
      Entity entity = entities.get(node.group.uid());
      Set<EntityUid> parents = entity == null ? Set.of() : entity.parents();
      node.waitingFor = parents.size();
      for (EntityUid parent : parents) node(parent).subgroups.add(node);
      if (parents.isEmpty()) ready.add(node);
    }
    var order = new ArrayList<Node>(nodes.size());
    while (!ready.isEmpty()) {
      Node node = ready.remove();
      order.add(node);
      for (Node sub : node.subgroups) if (--sub.waitingFor == 0) ready.add(sub);
    }
    if (order.size() < nodes.size()) throw cycle();
    return order;
  }

  private EntitiesException cycle() {
    // What waits is on a cycle or below one; going up from it ends on one.
    Node node = nodes.values().stream().filter(n -> n.waitingFor > 0).findFirst().orElseThrow();
    var seen = new HashMap<Node, Integer>();
    while (seen.putIfAbsent(node, seen.size()) == null) node = waitingParent(node);
    EntityUid uid = node.group.uid();
    return new EntitiesException(uid, "`" + uid + "` is its own ancestor");
  }

  private Node waitingParent(Node node) {
    Entity entity = entities.get(node.group.uid());
    if (entity == null) throw new IllegalStateException("a group without parents waits");
    for (EntityUid uid : entity.parents()) {
      Node parent = node(uid);
      if (parent.waitingFor > 0) return parent;
    }
    throw new IllegalStateException("a group waits for none of its parents");
  }

  private Set<EntityUid> closure(Node node) throws EntitiesException {
    Entity entity = entities.get(node.group.uid());
    if (entity == null || entity.parents().isEmpty()) return Set.of();
    var closed = new LinkedHashSet<EntityUid>();
    for (EntityUid uid : entity.parents()) {
      Node parent = node(uid);
      closed.add(parent.group.uid());
      closed.addAll(parent.ancestors);
    }
    if (closed.size() > Change.MAX_ANCESTORS)
      throw new EntitiesException(
          entity.uid(),
          "the group `" + entity.uid() + "` has more than " + Change.MAX_ANCESTORS + " ancestors");
    return closed;
  }

  private StoredEntity stored(Entity entity) {
    Group[] parents = new Group[entity.parents().size()];
    int count = 0;
    for (EntityUid parent : entity.parents()) parents[count++] = node(parent).group;
    var list = new Parents(parents);
    var key = List.of(parents);
    Parents known = parentLists.get(key);
    if (known != null) list = known;
    else if (parentLists.size() < MAX_KEPT) parentLists.put(key, list);
    return new StoredEntity(entity.uid(), entity.attributes(), entity.tags(), list);
  }
}
