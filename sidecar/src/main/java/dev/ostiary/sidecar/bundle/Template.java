package dev.ostiary.sidecar.bundle;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A text with places that a request fills, such as {@code {path.bucket}/{path.key}}.
 *
 * @param parts in order
 */
public record Template(List<Part> parts) {
  public Template {
    parts = List.copyOf(parts);
  }

  /** A part of a template. */
  public sealed interface Part {}

  /** As written. */
  public record Literal(String text) implements Part {}

  /**
   * A place.
   *
   * @param name of what is there; for {@link Place#BODY} a JSON pointer
   */
  public record Taken(Place from, String name) implements Part {}

  /** Where a request has what fills a place. */
  public enum Place {
    /** A named segment of the path. */
    PATH("path."),
    /** A query argument. */
    QUERY("query."),
    /** A header. */
    HEADER("header."),
    /** One of Envoy's {@code context_extensions}. */
    EXTENSION("extension."),
    /** A value in a JSON body, by RFC 6901. */
    BODY("/"),
    /** A claim of the token that came with the request, once it is verified. */
    TOKEN("token."),
    /** Who the gateway's own peer is, by its certificate. */
    PEER("peer"),
    /** The method. */
    METHOD("method");

    private final String notation;

    Place(String notation) {
      this.notation = notation;
    }
  }

  /** What is there if nothing has to be filled in. */
  public Optional<String> literal() {
    if (parts.isEmpty()) return Optional.of("");
    return parts.size() == 1 && parts.getFirst() instanceof Literal(var text)
        ? Optional.of(text)
        : Optional.empty();
  }

  /** Whether a place is of that kind. */
  public boolean takesFrom(Place place) {
    return parts.stream().anyMatch(part -> part instanceof Taken(var from, _) && from == place);
  }

  /** Reads one; empty where a brace has no partner or a place has no meaning. */
  static Optional<Template> parse(String text) {
    var parts = new ArrayList<Part>();
    int at = 0;
    while (at < text.length()) {
      int open = text.indexOf('{', at);
      int end = open < 0 ? text.length() : open;
      String plain = text.substring(at, end);
      if (plain.indexOf('}') >= 0) return Optional.empty();
      if (!plain.isEmpty()) parts.add(new Literal(plain));
      if (open < 0) break;
      int close = text.indexOf('}', open);
      if (close < 0) return Optional.empty();
      Optional<Taken> taken = taken(text.substring(open + 1, close));
      if (taken.isEmpty()) return Optional.empty();
      parts.add(taken.get());
      at = close + 1;
    }
    return Optional.of(new Template(parts));
  }

  private static Optional<Taken> taken(String text) {
    for (Place place : Place.values()) {
      boolean whole = place == Place.PEER || place == Place.METHOD;
      if (whole ? !text.equals(place.notation) : !text.startsWith(place.notation)) continue;
      String name = place == Place.BODY ? text : text.substring(place.notation.length());
      if (whole || !name.isEmpty()) return Optional.of(new Taken(place, name));
    }
    return Optional.empty();
  }
}
