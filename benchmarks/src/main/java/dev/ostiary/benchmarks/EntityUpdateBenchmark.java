package dev.ostiary.benchmarks;

import dev.ostiary.cedar.Entities;
import dev.ostiary.cedar.EntitiesException;
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
 * How long does one change take to be visible, with many entities loaded: of a user, and of a group
 * that half of the users are members of? Each change is looked up in what it gives.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 3, jvmArgsAppend = "-Xmx3g")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class EntityUpdateBenchmark {
  /** How many users there are. */
  @Param("1000000")
  public int users;

  private Entities entities = Entities.EMPTY;
  private int changes;

  /** Makes the users. */
  @Setup
  public void make() {
    entities = Crowd.of(users);
  }

  /** Changes an attribute of a user, another one each time. */
  @Benchmark
  public boolean changeUser() throws EntitiesException {
    changes++;
    // A large prime spreads the users that are changed over all of them.
    int user = (int) (changes * 7_919L % users);
    entities = entities.with(Crowd.user(user, changes % 10));
    return found(entities.contains(Crowd.userUid(user)));
  }

  /** Moves the group from one organization to the other. */
  @Benchmark
  public boolean moveHalf() throws EntitiesException {
    changes++;
    entities = entities.with(Crowd.half(changes % 2));
    return found(entities.isIn(Crowd.userUid(0), Crowd.organization(changes % 2)))
        && !entities.isIn(Crowd.userUid(0), Crowd.organization(1 - changes % 2));
  }

  private static boolean found(boolean visible) {
    if (!visible) throw new IllegalStateException("the change is not visible");
    return true;
  }
}
