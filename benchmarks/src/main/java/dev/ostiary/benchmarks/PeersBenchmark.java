package dev.ostiary.benchmarks;

import dev.ostiary.cedar.Authorizer;
import dev.ostiary.cedar.Entities;
import dev.ostiary.cedar.PolicySet;
import dev.ostiary.cedar.Request;
import dev.ostiary.cedar.Response;
import java.nio.file.Path;
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

/**
 * How long does one decision take, with all reasons and errors, and how does that grow with
 * policies that do not apply?
 *
 * <p>The peers' workload: 10,000 requests in turn against 12, 1,012 and 10,012 policies, entities
 * loaded, requests built. {@code directory} names another one, for example of 100,000 policies.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PeersBenchmark {
  /** The size. */
  @Param({"S", "M", "L"})
  public String size = "S";

  /** Where the workload is; empty for where {@code gen.py} writes by default. */
  @Param("")
  public String directory = "";

  private PolicySet policies = PolicySet.EMPTY;
  private Entities entities = Entities.EMPTY;
  private Request[] requests = {};
  private int next;

  /** Loads the workload and compares every decision with the expected one. */
  @Setup
  public void load() {
    var data =
        directory.isEmpty() ? PeersWorkload.standard() : new PeersWorkload(Path.of(directory));
    var workload = data.read(size).agreed();
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
