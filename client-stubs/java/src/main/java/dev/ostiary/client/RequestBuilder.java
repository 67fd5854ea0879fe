package dev.ostiary.client;

import dev.ostiary.v1.CheckRequest;
import dev.ostiary.v1.Entity;
import dev.ostiary.v1.EntityUid;
import dev.ostiary.v1.Revision;
import dev.ostiary.v1.Value;

/**
 * Builds one question: may this principal do this action to that resource, now? For one thread.
 *
 * <p>Nothing is validated here: the sidecar knows the schema, and its refusal names the field.
 */
public final class RequestBuilder {
  private final CheckRequest.Builder request;

  private RequestBuilder(CheckRequest.Builder request) {
    this.request = request;
  }

  /**
   * Starts a question.
   *
   * @param principal who acts
   * @param action what is done
   * @param resource what it is done to
   */
  public static RequestBuilder request(EntityUid principal, EntityUid action, EntityUid resource) {
    return new RequestBuilder(
        CheckRequest.newBuilder().setPrincipal(principal).setAction(action).setResource(resource));
  }

  /**
   * Adds one circumstance, as the action's schema declares it. {@code now}, {@code caller}, {@code
   * principal_proof}, {@code risk} and {@code frozen} are the sidecar's word and refused from here.
   */
  public RequestBuilder context(String name, Value value) {
    request.addContext(Values.attribute(name, value));
    return this;
  }

  /** Adds a circumstance that is a Cedar {@code String}. */
  public RequestBuilder context(String name, String value) {
    return context(name, Values.string(value));
  }

  /** Adds a circumstance that is a Cedar {@code Long}. */
  public RequestBuilder context(String name, long value) {
    return context(name, Values.integer(value));
  }

  /** Adds a circumstance that is a Cedar {@code Bool}. */
  public RequestBuilder context(String name, boolean value) {
    return context(name, Values.bool(value));
  }

  /** Adds an entity for this request only, of a type that the schema marks {@code @inline}. */
  public RequestBuilder entity(Entity entity) {
    request.addEntities(entity);
    return this;
  }

  /** Asks for an answer made at this revision or a later one, so that a caller reads its writes. */
  public RequestBuilder atLeast(Revision revision) {
    request.setAtLeast(revision);
    return this;
  }

  /**
   * Names the question in the log.
   *
   * @param id the caller's own id, at most 256 bytes; tries of one question share it
   */
  public RequestBuilder correlationId(String id) {
    request.setCorrelationId(id);
    return this;
  }

  /** The question as built so far. */
  public CheckRequest build() {
    return request.build();
  }
}
