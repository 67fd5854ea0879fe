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
   * @param name of what is there; for {@link Place#BODY} and {@link Place#EACH} a JSON pointer
   * @param mayBeEmpty whether nothing there is an empty text
   * @param table where what is there is looked up; as it is where absent
   */
  public record Taken(Place from, String name, boolean mayBeEmpty, Optional<String> table)
      implements Part {}

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
    /** A value in what is asked about one by one, by RFC 6901. */
    EACH("each/"),
    /** A claim of the token that came with the request, once it is verified. */
    TOKEN("token."),
    /** The id of the access key that the request is signed with, as AWS's services are asked. */
    ACCESS_KEY("sigv4.access_key"),
    /** Who the gateway's own peer is, by its certificate. */
    PEER("peer"),
    /** The method. */
    METHOD("method");

    private final String notation;

    Place(String notation) {
      this.notation = notation;
    }

    private boolean isWhole() {
      return this == PEER || this == METHOD || this == ACCESS_KEY;
    }

    private boolean isPointer() {
      return this == BODY || this == EACH;
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
    return parts.stream().anyMatch(part -> part instanceof Taken taken && taken.from() == place);
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

  /** Reads what stands between braces. */
  static Optional<Taken> taken(String text) {
    int bar = text.lastIndexOf('|');
    if (bar < 0) return taken(text, Optional.empty());
    String table = text.substring(bar + 1).strip();
    return table.isEmpty()
        ? Optional.empty()
        : taken(text.substring(0, bar).strip(), Optional.of(table));
  }

  private static Optional<Taken> taken(String text, Optional<String> table) {
    for (Place place : Place.values()) {
      if (place.isPointer()) {
        int slash = place.notation.length() - 1;
        if (text.startsWith(place.notation))
          return Optional.of(new Taken(place, text.substring(slash), false, table));
        continue;
      }
      boolean mayBeEmpty = text.endsWith("?");
      String named = mayBeEmpty ? text.substring(0, text.length() - 1) : text;
      if (place.isWhole() ? !named.equals(place.notation) : !named.startsWith(place.notation))
        continue;
      String name = named.substring(place.isWhole() ? 0 : place.notation.length());
      if (!name.isEmpty()) return Optional.of(new Taken(place, name, mayBeEmpty, table));
    }
    return Optional.empty();
  }
}
