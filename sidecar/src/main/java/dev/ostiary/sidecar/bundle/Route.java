package dev.ostiary.sidecar.bundle;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An HTTP request that a gateway asks about.
 *
 * @param methods any of these
 * @param query which arguments there may be; absent, any
 * @param headers which headers there may be; absent, any
 * @param body how the body is read, where it is
 * @param each JSON pointer to what the questions are asked about one by one; absent, they are asked
 *     once
 * @param asks what is asked, at least one; all of it must be allowed
 */
public record Route(
    Set<String> methods,
    PathPattern path,
    Optional<Presence> query,
    Optional<Presence> headers,
    Format body,
    Optional<String> each,
    List<Ask> asks) {
  public Route {
    methods = Set.copyOf(methods);
    asks = List.copyOf(asks);
  }

  /** In what form a body is. */
  public enum Format {
    /** A JSON object. */
    JSON,
    /** XML without attributes, read as if it were JSON. */
    XML
  }

  /**
   * A question.
   *
   * @param when texts of which one must be at a place, or it is not asked; {@link #ANY} stands for
   *     all that are not empty
   */
  public record Ask(Map<Template.Taken, Set<String>> when, QuestionMap question) {
    /** Any text. */
    public static final String ANY = "*";

    public Ask {
      when = Map.copyOf(when);
    }
  }

  /** The named segments if a request is of this route. */
  public Optional<Map<String, String>> match(String method, List<String> segments) {
    return methods.contains(method) ? path.match(segments) : Optional.empty();
  }

  /** Whether the body is read. */
  public boolean readsBody() {
    return each.isPresent()
        || asks.stream()
            .anyMatch(ask ->
                ask.question().takesFrom(Template.Place.BODY)
                    || ask.when().keySet().stream()
                        .anyMatch(place -> place.from() == Template.Place.BODY));
  }
}
