package dev.ostiary.sidecar.bundle;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A question in the shape of OPA: {@code POST /v1/data/PATH} with a document.
 *
 * @param path what follows {@code /v1/data/}
 * @param when by JSON pointer, the texts of which one must be there
 * @param question what is asked; the webhook is of no use where a place in it is empty, but for its
 *     context
 * @param result the member of {@code result} that says the decision; absent, {@code result} does
 */
public record Webhook(
    String path, Map<String, Set<String>> when, QuestionMap question, Optional<String> result) {
  public Webhook {
    when = Map.copyOf(when);
  }

  /** The first of several at one path names the form of all their answers. */
  public static Optional<Webhook> at(String path, List<Webhook> webhooks) {
    return webhooks.stream().filter(webhook -> webhook.path().equals(path)).findFirst();
  }
}
