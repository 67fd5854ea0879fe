package dev.ostiary.log;

import dev.ostiary.log.note.Checkpoint;
import dev.ostiary.log.note.NoteException;
import dev.ostiary.log.tile.TilePath;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/*
 * One thread decides what the store gets; a pool waits for the store, so that this thread can refuse who
 * has waited too long. A round is: full tiles and bundles, then the tail, which makes all of them count. What
 * a failed round wrote is met again by the next one and found the same; the tail's bytes are kept until the
 * store has them, since a later tail from the same size would be another object under its name.
 */
final class Shipper {
  private static final Duration TICK = Duration.ofMillis(250);

  /** The least time between two tails while appends of class shipped wait. */
  private static final Duration AT_ONCE = Duration.ofMillis(50);

  private static final Duration MAX_REST = Duration.ofSeconds(5);
  private static final Duration THIN_EVERY = Duration.ofHours(1);
  private static final int OBJECTS_AT_ONCE = 16;
  private static final long ENTRIES_AT_ONCE = 64 * TilePath.WIDTH;

  private final ShipOptions options;
  private final Writer writer;
  private final Publisher publisher;
  private final Cargo cargo;
  private final Thread thread = new Thread(this::run, "ostiary-log-ship");
  private final ExecutorService pool =
      Executors.newFixedThreadPool(
          OBJECTS_AT_ONCE, Thread.ofPlatform().daemon().name("ostiary-log-store-", 0).factory());

  private record Waiting(Pending pending, long end, long until) {}

  private record Sample(long nanos, long size) {}

  private final ConcurrentLinkedQueue<Waiting> arriving = new ConcurrentLinkedQueue<>();
  private final Deque<Waiting> waiting = new ArrayDeque<>(); // this thread's own, as what follows
  private final Deque<Sample> samples = new ArrayDeque<>();
  private boolean resumed;
  private long whole; // entries whose full tiles and bundles the store has
  private long checkpointSize;
  private long checkpointNanos = System.nanoTime();
  private long thinnedNanos = System.nanoTime();
  private long roundNanos = System.nanoTime();
  private long restsUntil = System.nanoTime();
  private Duration rest = AT_ONCE;
  private Publisher.@Nullable Published last; // what was shipped last
  private @Nullable OnItsWay tail;

  /** A tail on its way. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record OnItsWay(Publisher.Published published, byte[] bytes) {}

  private volatile long shipped;
  private volatile long caughtUpNanos = System.nanoTime(); // all written before it is shipped
  private final LongAdder objects = new LongAdder();
  private final LongAdder bytes = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private volatile @Nullable String fork;
  private volatile @Nullable String trouble;
  private volatile boolean stopping;
  private long stopNanos;

  Shipper(LogOptions log, ShipOptions options, Writer writer, Publisher publisher) {
    this.options = options;
    this.writer = writer;
    this.publisher = publisher;
    try {
      this.cargo = new Cargo(publisher.files(), options.store(), log.key().verifier(log.origin()));
    } catch (NoteException e) {
      throw new IllegalStateException(e); // the origin was accepted when the log was opened
    }
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Completes an append, which is fsynced, when the store has it. Any one thread. */
  void await(Pending pending) {
    var appended = Objects.requireNonNull(pending.appended);
    arriving.add(
        new Waiting(
            pending,
            appended.index() + appended.count(),
            System.nanoTime() + options.patience().toNanos()));
    LockSupport.unpark(thread);
  }

  long behindNanos() {
    if (writer.writtenSize() <= shipped) return 0;
    return Math.max(0, System.nanoTime() - caughtUpNanos);
  }

  Shipping shipping() {
    return new Shipping(
        shipped,
        Duration.ofNanos(behindNanos()),
        objects.sum(),
        bytes.sum(),
        failures.sum(),
        fork == null ? 0 : 1,
        Optional.ofNullable(fork == null ? trouble : fork));
  }

  private void run() {
    while (true) {
      tick();
      boolean ending = stopping;
      long now = System.nanoTime();
      if (fork == null && restsUntil - now <= 0 && isDue(now, ending)) {
        round(ending);
      } else if (ending
          && (fork != null || checkpointSize >= published().size() || stopNanos - now <= 0)) {
        break;
      } else {
        if (!waiting.isEmpty() && waiting.getFirst().end() > published().size())
          publisher.request();
        long least = waiting.isEmpty() && !ending ? TICK.toNanos() : AT_ONCE.toNanos();
        LockSupport.parkNanos(this, least);
      }
    }
    for (var one : waiting) refuse(one.pending(), "the log was closed before the store had it");
    pool.shutdownNow();
  }

  private Checkpoint published() {
    return publisher.last().checkpoint();
  }

  private boolean isDue(long now, boolean ending) {
    if (!resumed || tail != null) return true;
    if (published().size() > shipped) {
      var every = waiting.isEmpty() ? options.every() : AT_ONCE;
      if (ending || now - roundNanos >= every.toNanos()) return true;
    }
    return checkpointSize < shipped
        && (ending || now - checkpointNanos >= options.checkpointEvery().toNanos());
  }

  private void round(boolean ending) {
    roundNanos = System.nanoTime();
    try {
      if (!resumed) resume();
      if (published().size() > shipped || tail != null) ship();
      long now = System.nanoTime();
      if (checkpointSize < shipped
          && (ending || now - checkpointNanos >= options.checkpointEvery().toNanos())) checkpoint();
      trouble = null;
      rest = AT_ONCE;
    } catch (Cargo.ForkException e) {
      fork = e.getMessage();
    } catch (IOException e) {
      failures.increment();
      trouble = e.getMessage();
      restsUntil = System.nanoTime() + rest.toNanos();
      if (rest.compareTo(MAX_REST) < 0) rest = rest.multipliedBy(2);
    }
  }

  private void resume() throws IOException, Cargo.ForkException {
    var there = store(() -> cargo.resume(published()));
    whole = there.size() / TilePath.WIDTH * TilePath.WIDTH;
    checkpointSize = there.checkpointSize();
    resumed = true;
    shipped(there.size());
  }

  private void ship() throws IOException, Cargo.ForkException {
    if (tail == null) {
      var next = publisher.last();
      store(() -> {
        options.first().ship();
        return next;
      });
      long end = next.checkpoint().size() / TilePath.WIDTH * TilePath.WIDTH;
      while (whole < end) {
        long to = Math.min(end, whole + ENTRIES_AT_ONCE);
        create(cargo.full(whole, to));
        whole = to;
      }
      tail = new OnItsWay(next, cargo.tail(shipped, next.checkpoint().size(), next.signed()));
    }
    var now = tail;
    long size =
        store(() ->
            cargo.createTail(
                shipped, now.published().checkpoint().size(), now.bytes(), published()));
    wrote(now.bytes().length);
    last = now.published();
    tail = null;
    shipped(size);
  }

  /** Puts the checkpoint with what verifiers need that know no tails. */
  private void checkpoint() throws IOException, Cargo.ForkException {
    var at = last;
    if (at == null) {
      at = publisher.last();
      if (at.checkpoint().size() != shipped) return; // the next tail's will do
    }
    var signed = at.signed();
    long size = at.checkpoint().size();
    create(cargo.partial(size));
    store(() -> {
      cargo.createKept(size, signed, published());
      options.store().replace("checkpoint", signed);
      return size;
    });
    wrote(2L * signed.length);
    checkpointSize = size;
    checkpointNanos = System.nanoTime();
    if (checkpointNanos - thinnedNanos >= THIN_EVERY.toNanos()) thinOut();
  }

  private void thinOut() throws IOException, Cargo.ForkException {
    thinnedNanos = System.nanoTime();
    store(() -> {
      for (String name : cargo.thinnedOut()) options.store().delete("checkpoints/" + name);
      return 0;
    });
  }

  private void create(Map<String, byte[]> all) throws IOException, Cargo.ForkException {
    var writes = new ArrayList<Future<Integer>>();
    for (var object : all.entrySet()) {
      writes.add(
          pool.submit(() -> {
            cargo.create(object.getKey(), object.getValue());
            return object.getValue().length;
          }));
    }
    try {
      for (var write : writes) wrote(await(write));
    } finally {
      for (var write : writes) write.cancel(false);
    }
  }

  private void wrote(long length) {
    objects.increment();
    bytes.add(length);
  }

  private <T> T store(Callable<T> call) throws IOException, Cargo.ForkException {
    return await(pool.submit(call));
  }

  /** Waits for the store, and meanwhile looks after those who wait for this. */
  private <T> T await(Future<T> answer) throws IOException, Cargo.ForkException {
    while (true) {
      try {
        return answer.get(TICK.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        tick();
        if (stopping && stopNanos - System.nanoTime() <= 0) {
          answer.cancel(true);
          throw new IOException("the store did not answer before the log was closed", e);
        }
      } catch (ExecutionException e) {
        switch (e.getCause()) {
          case IOException cause -> throw cause;
          case Cargo.ForkException cause -> throw cause;
          case null, default -> throw new IllegalStateException(e);
        }
      } catch (InterruptedException e) {
        throw new InterruptedIOException("interrupted"); // nobody interrupts this thread
      }
    }
  }

  private void tick() {
    for (var one = arriving.poll(); one != null; one = arriving.poll()) waiting.add(one);
    long now = System.nanoTime();
    while (!waiting.isEmpty() && (fork != null || waiting.getFirst().until() - now <= 0))
      refuse(
          waiting.removeFirst().pending(),
          "the store did not take it in time"
              + shipping().trouble().map(what -> ": " + what).orElse(""));
    long written = writer.writtenSize();
    if (written <= shipped) {
      samples.clear();
      caughtUpNanos = now;
    } else if (samples.isEmpty() || now - samples.getLast().nanos() >= spacing(now)) {
      samples.add(new Sample(now, written));
    }
  }

  /** So that a day without a store takes no more than a few hundred samples. */
  private long spacing(long now) {
    return Math.max(TICK.toNanos() / 2, (now - caughtUpNanos) / 64);
  }

  private void shipped(long size) {
    shipped = size;
    while (!samples.isEmpty() && samples.getFirst().size() <= size)
      caughtUpNanos = samples.removeFirst().nanos();
    while (!waiting.isEmpty() && waiting.getFirst().end() <= size) {
      var pending = waiting.removeFirst().pending();
      pending.complete(Objects.requireNonNull(pending.appended));
    }
  }

  private void refuse(Pending pending, String detail) {
    writer.refused.increment();
    pending.complete(new Outcome.Refused(Refusal.UNSHIPPED, Duration.ofSeconds(1), detail));
  }

  /** Ships what is published, as far as the store takes it in time; called after the last of it. */
  void stop() throws InterruptedException {
    if (!stopping) {
      stopNanos = System.nanoTime() + options.closing().toNanos();
      stopping = true;
    }
    LockSupport.unpark(thread);
    thread.join();
  }
}
