package dev.ostiary.sidecar.cli;

import dev.ostiary.cedar.syntax.PolicyParser;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceException;
import dev.ostiary.sidecar.contract.ContractWriter;
import dev.ostiary.v1.EntityUid;
import dev.ostiary.v1.SubjectServiceGrpc;
import dev.ostiary.v1.SubjectServiceGrpc.SubjectServiceBlockingStub;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import picocli.CommandLine.Option;

/** The logs in which people are named: an option of the commands that deal with them. */
final class SubjectTarget {
  private static final long TIMEOUT_SECONDS = 300;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "The data directory, of a sidecar that runs or of one that does not; ${DEFAULT-VALUE}"
              + " without it.")
  private Path data = Path.of("ostiary-data");

  /** Asks for something; {@code nothing} says what did not happen where that fails. */
  <A> A ask(String nothing, Function<SubjectServiceBlockingStub, A> question)
      throws InterruptedException {
    try {
      return new AdminTarget(data)
          .askOrStart(channel ->
              question.apply(
                  SubjectServiceGrpc.newBlockingStub(channel)
                      .withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS)));
    } catch (StatusRuntimeException e) {
      throw AdminTarget.failed(nothing, e);
    }
  }

  /** An entity as Cedar writes it. */
  static EntityUid uid(String what, String text) {
    try {
      return ContractWriter.uid(PolicyParser.entityUid(new Source(what, text)));
    } catch (SourceException e) {
      throw new UserException(e.errors().getFirst().withCaret());
    }
  }

  /** The same in Cedar's notation. */
  static String text(EntityUid uid) {
    return dev.ostiary.cedar.EntityUid.of(uid.getType(), uid.getId()).toString();
  }
}
