package dev.ostiary.cedar.format;

import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.PolicyJson;
import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.cedar.syntax.PolicyParser;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceError;
import dev.ostiary.cedar.syntax.SourceException;
import java.util.ArrayList;
import java.util.List;

/**
 * Lays out policies. Comments stay, blank lines inside policies go, and what is formatted once
 * stays as it is.
 *
 * @param lineWidth columns that a line should not exceed; strings, names and comments may
 * @param indentWidth columns of one step of indentation
 */
public record Formatter(int lineWidth, int indentWidth) {
  /** Lines of 80 columns, indented by two. */
  public static final Formatter DEFAULT = new Formatter(80, 2);

  public Formatter {
    if (lineWidth < 0 || indentWidth < 0)
      throw new IllegalArgumentException("a width cannot be negative");
  }

  /**
   * The policies of {@code source}, laid out, with a line end behind them.
   *
   * @throws SourceException where they do not parse
   */
  public String format(Source source) throws SourceException {
    var policies = PolicyParser.policies(source);
    var stream = CommentedToken.tokens(source);
    var layout = new PolicyLayout(new ArrayList<>(stream.tokens()), indentWidth);
    var texts = new ArrayList<String>(policies.size());
    while (layout.hasNext()) texts.add(BlankLines.remove(Doc.render(layout.policy(), lineWidth)));
    var out = new StringBuilder(String.join("\n\n", texts)).append('\n');
    for (var comment : stream.end()) out.append(comment).append('\n');
    String formatted = out.toString();
    check(source, policies, formatted);
    return formatted;
  }

  /** A layout that reads differently must never reach a file. */
  private static void check(Source source, List<Policy> policies, String formatted)
      throws SourceException {
    var again = PolicyParser.policies(new Source(source.name(), formatted));
    boolean same = again.size() == policies.size();
    for (int i = 0; same && i < policies.size(); i++)
      same = Json.same(PolicyJson.of(policies.get(i)), PolicyJson.of(again.get(i)));
    if (!same)
      throw new SourceException(
          List.of(
              new SourceError(
                  source.span(0, source.text().length()),
                  "the formatter would change the meaning of these policies")));
  }
}
