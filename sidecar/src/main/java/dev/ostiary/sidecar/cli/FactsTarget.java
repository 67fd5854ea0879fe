package dev.ostiary.sidecar.cli;

import dev.ostiary.v1.ChangeEntitiesRequest;
import dev.ostiary.v1.EntityChange;
import dev.ostiary.v1.FactServiceGrpc;
import io.grpc.StatusRuntimeException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Option;

/** The running sidecar that facts go to: an option of the commands that send some. */
final class FactsTarget {
  private static final long TIMEOUT_SECONDS = 30;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "The sidecar's data directory, which has its admin.sock; ${DEFAULT-VALUE} without it.")
  private Path data = Path.of("ostiary-data");

  /** Brings changes into force together and says at which revision. */
  void change(List<EntityChange> changes, PrintWriter out) throws InterruptedException {
    var request = ChangeEntitiesRequest.newBuilder().addAllChanges(changes).build();
    try {
      var response =
          new AdminTarget(data)
              .ask(channel ->
                  FactServiceGrpc.newBlockingStub(channel)
                      .withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                      .changeEntities(request));
      var revision = response.getRevision();
      out.printf(
          "%d changes in force at revision %s/%d@%d%n",
          changes.size(), revision.getOrigin(), revision.getEpoch(), revision.getSize());
    } catch (StatusRuntimeException e) {
      throw AdminTarget.failed("nothing changed", e);
    }
  }
}
