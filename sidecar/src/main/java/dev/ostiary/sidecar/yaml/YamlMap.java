package dev.ostiary.sidecar.yaml;

import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceError;
import dev.ostiary.cedar.syntax.Span;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * A YAML mapping read strictly: keys are plain text and unique, every value is asked for in the
 * form it must have, and faults are collected with their places. Not thread-safe.
 */
public final class YamlMap {
  /** Maps of many routes say the same again and again; 50, as is usual, would be few. */
  private static final int ALIASES = 1_000;

  private record Entry(YamlText key, Node value) {}

  private final Source source;
  private final Span span;
  private final List<SourceError> errors;
  private final SequencedMap<String, Entry> entries = new LinkedHashMap<>();

  private YamlMap(Source source, Span span, List<SourceError> errors) {
    this.source = source;
    this.span = span;
    this.errors = errors;
  }

  /** Reads a document that is one mapping; an empty document is an empty one. */
  public static YamlMap parse(Source source, List<SourceError> errors) {
    var settings =
        LoadSettings.builder().setLabel(source.name()).setMaxAliasesForCollections(ALIASES).build();
    try {
      Optional<Node> root = new Compose(settings).composeString(source.text());
      if (root.isPresent()) return of(source, root.get(), errors);
    } catch (MarkedYamlEngineException e) {
      Span at = e.getProblemMark().map(mark -> span(source, mark, mark)).orElse(source.span(0, 0));
      errors.add(new SourceError(at, "expected YAML: " + e.getProblem()));
    } catch (YamlEngineException e) {
      errors.add(new SourceError(source.span(0, 0), "expected YAML: " + firstLine(e)));
    }
    return new YamlMap(source, source.span(0, 0), errors);
  }

  private static YamlMap of(Source source, Node node, List<SourceError> errors) {
    Span span = span(source, node);
    var map = new YamlMap(source, span, errors);
    if (!(node instanceof MappingNode mapping)) {
      errors.add(new SourceError(span, "expected a mapping of keys to values"));
      return map;
    }
    for (var tuple : mapping.getValue()) {
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        errors.add(new SourceError(span(source, tuple.getKeyNode()), "expected a plain key"));
        continue;
      }
      var text = new YamlText(key.getValue(), span(source, key));
      if (map.entries.putIfAbsent(text.text(), new Entry(text, tuple.getValueNode())) != null)
        errors.add(new SourceError(text.span(), "the key `" + text.text() + "` comes twice"));
    }
    return map;
  }

  /** Where the mapping stands. */
  public Span span() {
    return span;
  }

  /** The keys in the order written. */
  public List<YamlText> keys() {
    return entries.values().stream().map(Entry::key).toList();
  }

  /** Whether the key has a mapping for its value. */
  public boolean isMap(String key) {
    var entry = entries.get(key);
    return entry != null && entry.value() instanceof MappingNode;
  }

  /** The text of a key, or nothing where it is absent; what is no text is a fault. */
  public Optional<YamlText> text(String key) {
    var entry = entries.get(key);
    return entry == null ? Optional.empty() : scalar(entry.value());
  }

  /** The texts of a key that has a list; empty where it is absent. */
  public List<YamlText> texts(String key) {
    var entry = entries.get(key);
    if (entry == null) return List.of();
    if (!(entry.value() instanceof SequenceNode sequence)) {
      errors.add(new SourceError(span(source, entry.value()), "expected a list"));
      return List.of();
    }
    var texts = new ArrayList<YamlText>();
    for (var element : sequence.getValue()) scalar(element).ifPresent(texts::add);
    return Collections.unmodifiableList(texts);
  }

  /** The same, where a single text stands for a list of one. */
  public List<YamlText> textOrTexts(String key) {
    var entry = entries.get(key);
    if (entry == null || entry.value() instanceof SequenceNode) return texts(key);
    return scalar(entry.value()).stream().toList();
  }

  /** The mappings of a key that has a list of them; empty where it is absent. */
  public List<YamlMap> maps(String key) {
    var entry = entries.get(key);
    if (entry == null) return List.of();
    if (!(entry.value() instanceof SequenceNode sequence)) {
      errors.add(new SourceError(span(source, entry.value()), "expected a list"));
      return List.of();
    }
    return sequence.getValue().stream().map(element -> of(source, element, errors)).toList();
  }

  /** The mapping of a key, or an empty one where it is absent. */
  public YamlMap map(String key) {
    var entry = entries.get(key);
    return entry == null ? new YamlMap(source, span, errors) : of(source, entry.value(), errors);
  }

  /** Reports every key that is not one of {@code known}. */
  public void refuseOthers(Collection<String> known) {
    for (var entry : entries.values()) {
      if (!known.contains(entry.key().text()))
        errors.add(
            new SourceError(
                entry.key().span(), Suggestion.unknown("key", entry.key().text(), known)));
    }
  }

  private Optional<YamlText> scalar(Node node) {
    if (node instanceof ScalarNode scalar)
      return Optional.of(new YamlText(scalar.getValue(), span(source, scalar)));
    errors.add(new SourceError(span(source, node), "expected a single value"));
    return Optional.empty();
  }

  private static Span span(Source source, Node node) {
    var start = node.getStartMark();
    var end = node.getEndMark();
    return start.isPresent() && end.isPresent()
        ? span(source, start.get(), end.get())
        : source.span(0, 0);
  }

  private static Span span(Source source, Mark start, Mark end) {
    return source.span(
        offset(source.text(), start.getIndex()), offset(source.text(), end.getIndex()));
  }

  /** A mark counts code points, a span UTF-16 code units. */
  private static int offset(String text, int codePoints) {
    int all = text.codePointCount(0, text.length());
    return text.offsetByCodePoints(0, Math.min(codePoints, all));
  }

  private static String firstLine(YamlEngineException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("not readable");
  }
}
