package dev.ostiary.log;

import dev.ostiary.log.store.ObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/** A store in memory that can be away, and can lose its answers. */
final class MemoryStore implements ObjectStore {
  private final Map<String, byte[]> objects = new TreeMap<>();
  private final List<String> replaced = new ArrayList<>();
  private boolean away;
  private Predicate<String> losesAnswer = _ -> false;
  private Predicate<String> holds = _ -> false;

  synchronized void away(boolean now) {
    away = now;
    notifyAll();
  }

  /** Writes what it is given under such a name, and then fails. */
  synchronized void losesAnswers(Predicate<String> names) {
    losesAnswer = names;
  }

  /** Lets writes under such names wait until told otherwise. */
  synchronized void holds(Predicate<String> names) {
    holds = names;
    notifyAll();
  }

  synchronized Map<String, byte[]> objects() {
    return new TreeMap<>(objects);
  }

  synchronized List<String> replaced() {
    return List.copyOf(replaced);
  }

  /** Puts what somebody else could have put. */
  synchronized void plant(String name, byte[] bytes) {
    objects.put(name, bytes);
  }

  @Override
  public synchronized Optional<byte[]> read(String name) throws IOException {
    if (away) throw new IOException("the store is away");
    return Optional.ofNullable(objects.get(name)).map(byte[]::clone);
  }

  @Override
  public synchronized boolean create(String name, byte[] bytes) throws IOException {
    arrive(name);
    boolean made = objects.putIfAbsent(name, bytes.clone()) == null;
    if (losesAnswer.test(name)) throw new IOException("the answer was lost");
    return made;
  }

  @Override
  public synchronized void replace(String name, byte[] bytes) throws IOException {
    arrive(name);
    replaced.add(name);
    objects.put(name, bytes.clone());
  }

  private void arrive(String name) throws IOException {
    try {
      while (holds.test(name) && !away) wait();
    } catch (InterruptedException e) {
      throw new IOException("interrupted", e);
    }
    if (away) throw new IOException("the store is away");
  }

  @Override
  public synchronized void delete(String name) {
    objects.remove(name);
  }

  @Override
  public synchronized Listing list(String place) {
    String prefix = place.isEmpty() ? "" : place + "/";
    var found = new ArrayList<Listed>();
    var places = new TreeSet<String>();
    for (String name : objects.keySet()) {
      if (!name.startsWith(prefix)) continue;
      String rest = name.substring(prefix.length());
      int slash = rest.indexOf('/');
      if (slash < 0) found.add(new Listed(rest, Instant.EPOCH));
      else places.add(rest.substring(0, slash));
    }
    return new Listing(found, List.copyOf(places));
  }

  @Override
  public ObjectStore below(String place) {
    throw new UnsupportedOperationException(place);
  }

  /** Writes all objects as files. */
  void dump(Path directory) throws IOException {
    for (var object : objects().entrySet()) {
      Path file = directory.resolve(object.getKey());
      Files.createDirectories(file.getParent());
      Files.write(file, object.getValue());
    }
  }
}
