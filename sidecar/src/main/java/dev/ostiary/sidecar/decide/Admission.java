package dev.ostiary.sidecar.decide;

import dev.ostiary.cedar.Authorizer;
import dev.ostiary.cedar.Decision;
import dev.ostiary.cedar.Entities;
import dev.ostiary.cedar.EntitiesException;
import dev.ostiary.cedar.Entity;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.PolicySet;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.Request;
import dev.ostiary.cedar.schema.Schema;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;

/**
 * The sidecar's own policies: which callers may ask what of it. Any thread.
 *
 * <p>They are Cedar, beside this class, and evaluated by the same engine as everybody else's.
 */
public final class Admission {
  private static final EntityUid SIDECAR = EntityUid.of("Ostiary::Sidecar", "this");
  private static final EntityUid LOCAL = EntityUid.of("Ostiary::Group", "local");
  private static final EntityUid SELF = EntityUid.of("Ostiary::Group", "self");

  private final EntityUid self;
  private final PolicySet policies;
  private final Entities actions;

  /**
   * Guards a process.
   *
   * @param uid the user id that it runs as
   */
  public Admission(long uid) {
    this.self = EntityUid.of(Caller.TYPE, "uid:" + uid);
    try {
      this.policies =
          PolicySet.parse(PolicySet.Ids.BY_ANNOTATION, List.of(resource("admission.cedar")));
      this.actions = Entities.of(Schema.parse(resource("admission.cedarschema")).actionEntities());
    } catch (SourceException | EntitiesException | IOException e) {
      throw new IllegalStateException(e); // both are part of the program
    }
  }

  private static Source resource(String name) throws IOException {
    try (InputStream in = Objects.requireNonNull(Admission.class.getResourceAsStream(name), name)) {
      return new Source(name, new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  /** Who holds the other end, with its rights worked out; once for a connection. */
  public Caller admit(EntityUid caller) {
    var groups = new HashSet<EntityUid>();
    boolean local = caller.id().equals("loopback") || caller.id().startsWith("uid:");
    if (local && caller.type().equals(Caller.TYPE)) groups.add(LOCAL);
    if (caller.equals(self)) groups.add(SELF);
    var entity = new Entity(caller, RecordValue.EMPTY, RecordValue.EMPTY, groups);
    var rights = EnumSet.noneOf(Caller.Right.class);
    try {
      Entities entities = actions.with(entity);
      for (Caller.Right right : Caller.Right.values())
        if (allows(caller, right, entities)) rights.add(right);
    } catch (EntitiesException e) {
      throw new IllegalArgumentException(e); // a caller is no group
    }
    return new Caller(caller, rights);
  }

  private boolean allows(EntityUid caller, Caller.Right right, Entities entities) {
    EntityUid action = EntityUid.of("Ostiary::Action", right.action());
    var request = new Request(caller, action, SIDECAR, RecordValue.EMPTY);
    return Authorizer.isAuthorized(request, policies, entities).decision() == Decision.ALLOW;
  }
}
