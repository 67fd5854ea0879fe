package dev.ostiary.sidecar.bundle;

import java.util.List;
import java.util.SequencedMap;
import java.util.stream.Stream;

/**
 * How a request of some other protocol becomes a question.
 *
 * @param verifiedBehind whether the service that the request goes to verifies who the principal is
 * @param context by name; one of which a place is empty is left out
 */
public record QuestionMap(
    Uid principal,
    boolean verifiedBehind,
    Template action,
    Resource resource,
    SequencedMap<String, Template> context) {

  /** How a resource is named. */
  public sealed interface Resource {
    Stream<Template> templates();
  }

  /** An entity. */
  public record Uid(Template type, Template id) implements Resource {
    @Override
    public Stream<Template> templates() {
      return Stream.of(type, id);
    }
  }

  /**
   * What a path is called.
   *
   * @param names the list of {@code resources} that says it
   * @param path the path
   * @param encoded whether the path is written as in a URL; else as it is
   */
  public record ByPath(String names, Template path, boolean encoded) implements Resource {
    @Override
    public Stream<Template> templates() {
      return Stream.of(path);
    }
  }

  /**
   * What paths of one form are called.
   *
   * @param uid filled with the named segments
   * @param in what it is a member of where the entity is not known
   */
  public record PathName(PathPattern path, Uid uid, List<Uid> in) {
    public PathName {
      in = List.copyOf(in);
    }

    Stream<Template> templates() {
      return Stream.concat(uid.templates(), in.stream().flatMap(Uid::templates));
    }
  }

  /** Whether anything is taken from there. */
  boolean takesFrom(Template.Place place) {
    return templates().anyMatch(template -> template.takesFrom(place));
  }

  Stream<Template> templates() {
    return Stream.of(
            principal.templates(),
            Stream.of(action),
            resource.templates(),
            context.values().stream())
        .flatMap(templates -> templates);
  }
}
