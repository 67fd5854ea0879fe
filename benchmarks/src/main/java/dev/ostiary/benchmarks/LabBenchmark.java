package dev.ostiary.benchmarks;

import dev.ostiary.cedar.Authorizer;
import dev.ostiary.cedar.Entities;
import dev.ostiary.cedar.PolicySet;
import dev.ostiary.cedar.Request;
import dev.ostiary.cedar.Response;
import dev.ostiary.sidecar.decide.Decider;
import dev.ostiary.sidecar.decide.Question;
import dev.ostiary.sidecar.decide.Result;
import dev.ostiary.sidecar.decide.Snapshot;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How long does one decision on the lab take, of the engine alone and of the decision point around
 * it?
 *
 * <p>The rows of {@code examples/lab/tests/decisions.jsonl} in turn, against all of the lab's
 * policies and entities; see {@link LabWorkload} for those that the engine is asked.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class LabBenchmark {
  private final LabWorkload lab = LabWorkload.standard();
  private final Snapshot snapshot = lab.snapshot();
  private final Question[] questions = lab.questions().toArray(Question[]::new);
  private final PolicySet policies = lab.engine().policies();
  private final Entities entities = lab.engine().entities();
  private final Request[] requests = lab.engine().requests().toArray(Request[]::new);
  private int next;

  /** One decision with all reasons and errors. */
  @Benchmark
  public Response engine() {
    next = next + 1 >= requests.length ? 0 : next + 1;
    return Authorizer.isAuthorized(requests[next], policies, entities);
  }

  /**
   * The same with what the sidecar adds: schema check, reserved context, strictness, obligations.
   */
  @Benchmark
  public Result decisionPoint() {
    next = next + 1 >= questions.length ? 0 : next + 1;
    return Decider.decide(questions[next], snapshot);
  }
}
