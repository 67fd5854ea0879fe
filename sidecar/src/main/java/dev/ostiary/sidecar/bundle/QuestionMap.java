package dev.ostiary.sidecar.bundle;

import java.util.SequencedMap;
import java.util.stream.Stream;

/**
 * How a request of some other protocol becomes a question.
 *
 * @param context by name; one of which a place is empty is left out
 */
public record QuestionMap(
    Uid principal, Template action, Uid resource, SequencedMap<String, Template> context) {

  /** An entity. */
  public record Uid(Template type, Template id) {}

  /** Whether the body is read. */
  public boolean readsBody() {
    return templates().anyMatch(template -> template.takesFrom(Template.Place.BODY));
  }

  Stream<Template> templates() {
    return Stream.concat(
        Stream.of(principal.type(), principal.id(), action, resource.type(), resource.id()),
        context.values().stream());
  }
}
