package dev.ostiary.benchmarks;

import dev.ostiary.cedar.Authorizer;
import dev.ostiary.cedar.Decision;
import dev.ostiary.cedar.PolicySet;
import dev.ostiary.cedar.Response;
import dev.ostiary.cedar.json.EntitiesJson;
import dev.ostiary.cedar.schema.Schema;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceException;
import dev.ostiary.cedar.validate.ValidationMode;
import dev.ostiary.cedar.validate.Validator;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Times one decision as the drivers of the other engines do, so that one script can run them all in
 * turn; {@code peers/README.md} says what each prints.
 *
 * <p>Usage: {@code PeersDriver DIRECTORY SECONDS AGREE SIZE…}.
 */
public final class PeersDriver {
  private static final int MOST_SAMPLES = 2_000_000;

  private final PeersWorkload data;
  private final long nanos;
  private final int agree;

  private PeersDriver(PeersWorkload data, double seconds, int agree) {
    this.data = data;
    this.nanos = (long) (seconds * 1e9);
    this.agree = agree;
  }

  /** Runs the sizes in turn. */
  public static void main(String[] args) throws SourceException {
    var data = new PeersWorkload(Path.of(args[0]));
    var driver = new PeersDriver(data, Double.parseDouble(args[1]), Integer.parseInt(args[2]));
    driver.load("-", "entities", () -> EntitiesJson.load(data.source("entities.json")));
    for (var size : Arrays.asList(args).subList(3, args.length)) driver.run(size);
  }

  private void run(String size) throws SourceException {
    var text = data.source("policies_" + size + ".cedar");
    var validator = new Validator(Schema.parse(data.source("schema.cedarschema")));
    var policies =
        load(size, "parse", () -> PolicySet.parse(PolicySet.Ids.BY_ANNOTATION, List.of(text)));
    var valid = load(size, "validate", () -> validator.validate(policies, ValidationMode.STRICT));
    // Strict validation refuses the one `ip(context.ip)`, since what it is given is no literal.
    if (valid.errors().size() != 1) throw new IllegalStateException("invalid: " + valid.errors());

    var workload = data.read(size).agreed();
    var requests = workload.requests();
    time(
        workload,
        size,
        "preloaded",
        i -> allows(Authorizer.isAuthorized(requests.get(i), policies, workload.entities())));
    var given =
        data.source("slices.jsonl")
            .text()
            .lines()
            .map(line -> new Source("entities.json", line))
            .toList();
    time(
        workload,
        size,
        "entities as JSON",
        i -> {
          var entities = Workload.loaded(() -> EntitiesJson.load(given.get(i)));
          return allows(Authorizer.isAuthorized(requests.get(i), policies, entities));
        });
  }

  private static boolean allows(Response response) {
    return response.decision() == Decision.ALLOW;
  }

  /** Prints the least time of many runs, the first of which warm the JVM, and returns a result. */
  private <T> T load(String size, String what, Workload.Loading<T> loading) {
    var result = Workload.loaded(loading);
    long least = Long.MAX_VALUE;
    long begun = System.nanoTime();
    do {
      long start = System.nanoTime();
      result = Workload.loaded(loading);
      least = Math.min(least, System.nanoTime() - start);
    } while (System.nanoTime() - begun < 4 * nanos);
    System.out.printf("LOAD\tostiary\t%s\t%s\t%d%n", size, what, least);
    return result;
  }

  private void time(Workload workload, String size, String what, IntPredicate decide) {
    int requests = workload.requests().size();
    int compared = Math.min(agree, requests);
    int agreed = 0;
    for (int i = 0; i < compared; i++) {
      if (decide.test(i) == (workload.expected().get(i) == Decision.ALLOW)) agreed++;
    }
    System.out.printf("AGREE\tostiary\t%s\t%s\t%d\t%d%n", size, what, agreed, compared);
    long allowed = 0;
    // The compiler needs calls and time; what is measured is the state that a service stays in.
    long begun = System.nanoTime();
    for (int i = 0; System.nanoTime() - begun < 4 * nanos; i++) {
      if (decide.test(i % requests)) allowed++;
    }

    var samples = new long[MOST_SAMPLES];
    int n = 0;
    begun = System.nanoTime();
    while (n < MOST_SAMPLES && System.nanoTime() - begun < nanos) {
      long start = System.nanoTime();
      if (decide.test(n % requests)) allowed++;
      samples[n++] = System.nanoTime() - start;
    }
    if (allowed == 0) throw new IllegalStateException("nothing was allowed");
    var sorted = Arrays.copyOf(samples, n);
    Arrays.sort(sorted);
    System.out.printf(
        "RESULT\tostiary\t%s\t%s\t%d\t%d\t%d\t%d%n",
        size,
        what,
        sorted[n / 2],
        sorted[(int) (n * 0.99)],
        (long) Arrays.stream(sorted).average().orElse(0),
        n);
  }
}
