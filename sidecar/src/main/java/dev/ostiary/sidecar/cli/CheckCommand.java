package dev.ostiary.sidecar.cli;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;
import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.syntax.PolicyParser;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceException;
import dev.ostiary.v1.CheckRequest;
import dev.ostiary.v1.CheckResponse;
import dev.ostiary.v1.Decision;
import dev.ostiary.v1.DecisionServiceGrpc;
import dev.ostiary.v1.EntityUid;
import dev.ostiary.v1.ExplainRequest;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ostiary check}: asks a running sidecar one question. */
@Command(
    name = "check",
    description = "Ask a running sidecar: may PRINCIPAL do ACTION to RESOURCE, now?",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:allowed", "1:denied", "2:no answer, or wrong usage"},
    mixinStandardHelpOptions = true)
final class CheckCommand implements Callable<Integer> {
  private static final int DENIED = 1;

  @Spec private CommandSpec spec = CommandSpec.create(); // replaced before it runs

  @Parameters(
      index = "0",
      paramLabel = "PRINCIPAL",
      description = "Who acts, as Cedar writes it: 'User::\"dan\"'.")
  private String principal = "";

  @Parameters(
      index = "1",
      paramLabel = "ACTION",
      description = "What is done: 'Action::\"describe\"'.")
  private String action = "";

  @Parameters(
      index = "2",
      paramLabel = "RESOURCE",
      description = "What it is done to: 'Project::\"atlas\"'.")
  private String resource = "";

  @Option(
      names = "--context",
      paramLabel = "JSON",
      description = "Circumstances as a JSON object in Cedar's form; {} without it.")
  private String context = "{}";

  @ArgGroup private Sidecar sidecar = new Sidecar();

  /** Where to ask: one of the two. */
  static final class Sidecar {
    @Option(
        names = "--grpc",
        paramLabel = "HOST:PORT",
        description = "The sidecar's address; 127.0.0.1:7470 without it.")
    private String address = "127.0.0.1:7470";

    @Option(names = "--socket", paramLabel = "PATH", description = "The sidecar's Unix socket.")
    private @Nullable Path socket;

    private ManagedChannel channel() {
      return socket == null ? Channels.to(address) : Channels.to(socket);
    }

    @Override
    public String toString() {
      return socket == null ? address : socket.toString();
    }
  }

  @Option(names = "--explain", description = "Print also what each policy said.")
  private boolean explain;

  @Option(names = "--json", description = "Print the answer as JSON.")
  private boolean json;

  @Option(
      names = "--timeout",
      paramLabel = "MILLISECONDS",
      description = "How long to wait for the answer; ${DEFAULT-VALUE} without it.")
  private long timeoutMillis = 5_000;

  @Override
  public Integer call() throws InterruptedException, InvalidProtocolBufferException {
    var request = request();
    ManagedChannel channel = sidecar.channel();
    try {
      var service =
          DecisionServiceGrpc.newBlockingStub(channel)
              .withDeadlineAfter(timeoutMillis, TimeUnit.MILLISECONDS);
      CheckResponse response;
      if (explain) {
        var explained = service.explain(ExplainRequest.newBuilder().setRequest(request).build());
        response = explained.getResponse();
        if (json) print(explained);
        else {
          print(response);
          AnswerText.outcomes(explained)
              .forEach(line -> spec.commandLine().getOut().println("  " + line));
          if (!explained.getText().isEmpty()) {
            spec.commandLine().getOut().println();
            spec.commandLine().getOut().print(explained.getText());
            spec.commandLine().getOut().flush();
          }
        }
      } else {
        response = service.check(request);
        if (json) print((MessageOrBuilder) response);
        else print(response);
      }
      return response.getDecision() == Decision.DECISION_ALLOW ? 0 : DENIED;
    } catch (StatusRuntimeException e) {
      var status = e.getStatus();
      throw new UserException(
          "no answer from "
              + sidecar
              + ": "
              + status.getCode()
              + (status.getDescription() == null ? "" : ": " + status.getDescription()));
    } finally {
      channel.shutdownNow().awaitTermination(1, TimeUnit.SECONDS);
    }
  }

  private CheckRequest request() {
    var source = new Source("--context", context);
    try {
      return CheckRequest.newBuilder()
          .setPrincipal(uid("PRINCIPAL", principal))
          .setAction(uid("ACTION", action))
          .setResource(uid("RESOURCE", resource))
          .addAllContext(new CedarJson(source).attributes(Json.parse(source)))
          .build();
    } catch (SourceException e) {
      throw new UserException(e.errors().getFirst().withCaret());
    }
  }

  private static EntityUid uid(String parameter, String text) throws SourceException {
    var uid = PolicyParser.entityUid(new Source(parameter, text));
    return EntityUid.newBuilder().setType(uid.type()).setId(uid.id()).build();
  }

  private void print(CheckResponse response) {
    var out = spec.commandLine().getOut();
    out.println(AnswerText.decision(response));
    AnswerText.why(response).forEach(line -> out.println("  " + line));
    out.println("  " + AnswerText.receipt(response));
  }

  private void print(MessageOrBuilder message) throws InvalidProtocolBufferException {
    spec.commandLine().getOut().println(JsonFormat.printer().print(message));
  }
}
