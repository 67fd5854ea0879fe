package dev.ostiary.benchmarks;

import dev.ostiary.cedar.Authorizer;
import dev.ostiary.cedar.Entities;
import dev.ostiary.cedar.PolicySet;
import dev.ostiary.cedar.Request;
import dev.ostiary.cedar.Response;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What does one decision cost where the index of scopes has little to go by? */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ShapeBenchmark {
  /** The policy set. */
  @Param public Shape shape = Shape.UNSCOPED_1000;

  private PolicySet policies = PolicySet.EMPTY;
  private Entities entities = Entities.EMPTY;
  private Request[] requests = {};
  private int next;

  /** Makes the workload and compares every decision with the expected one. */
  @Setup
  public void make() {
    var workload = shape.make().agreed();
    policies = workload.policies();
    entities = workload.entities();
    requests = workload.requests().toArray(Request[]::new);
  }

  /** One decision. */
  @Benchmark
  public Response decide() {
    next = next + 1 == requests.length ? 0 : next + 1;
    return Authorizer.isAuthorized(requests[next], policies, entities);
  }
}
