package dev.ostiary.cedar.eval;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.EvaluationError;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.Request;
import dev.ostiary.cedar.store.EntityStore;
import dev.ostiary.cedar.store.StoredEntity;
import org.jspecify.annotations.Nullable;

/** What an expression is evaluated in, and how it failed if it did. Of one thread. */
public class Env {
  final EntityUid principal;
  final EntityUid action;
  final EntityUid resource;
  final RecordValue context;
  final EntityStore store;
  final @Nullable StoredEntity principalData;
  final @Nullable StoredEntity actionData;
  final @Nullable StoredEntity resourceData;

  /** Set where an expression had no value. */
  @Nullable EvaluationError failure;

  /** For that request against those entities. */
  public Env(Request request, EntityStore store) {
    principal = request.principal();
    action = request.action();
    resource = request.resource();
    context = request.context();
    this.store = store;
    // First what is longest waited for: there are more resources than all else.
    resourceData = store.find(resource);
    principalData = store.find(principal);
    actionData = store.find(action);
  }

  /** The entity's data, or null; those of the request are at hand. */
  final @Nullable StoredEntity data(EntityUid uid) {
    if (uid == principal) return principalData;
    if (uid == resource) return resourceData;
    if (uid == action) return actionData;
    return store.find(uid);
  }

  /** How the last evaluation failed; null unless it did. */
  public @Nullable EvaluationError failure() {
    return failure;
  }
}
