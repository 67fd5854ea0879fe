package dev.ostiary.sidecar.bundle;

import java.util.List;
import java.util.Optional;

/**
 * A question in the shape of OPA: {@code POST /v1/data/PATH} with a document.
 *
 * @param path what follows {@code /v1/data/}
 * @param ask what is asked, and when; the webhook is of no use where a place in the question is
 *     empty, but for its context
 * @param result the member of {@code result} that says the decision; absent, {@code result} does
 */
public record Webhook(String path, Route.Ask ask, Optional<String> result) {
  /** The first of several at one path names the form of all their answers. */
  public static Optional<Webhook> at(String path, List<Webhook> webhooks) {
    return webhooks.stream().filter(webhook -> webhook.path().equals(path)).findFirst();
  }
}
