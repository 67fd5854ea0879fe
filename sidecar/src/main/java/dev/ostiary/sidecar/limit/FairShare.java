package dev.ostiary.sidecar.limit;

import dev.ostiary.cedar.EntityUid;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Divides what is scarce between callers, without a list of who they are: each may take more as
 * long as it holds less than is free. One caller alone so gets half, two a third each, and whoever
 * comes new finds something. Any thread, no locks; threads that take at the same moment may each
 * get one too many.
 *
 * @see <a href="https://doi.org/10.1109/90.664262">Choudhury and Hahne, Dynamic queue length
 *     thresholds for shared-memory packet switches</a>
 */
public final class FairShare {
  /** What {@link #forgetIdle} leaves alone. */
  private static final int FEW = 1_024;

  private final long capacity;
  private final AtomicLong taken = new AtomicLong();
  private final ConcurrentHashMap<EntityUid, Share> shares = new ConcurrentHashMap<>();

  /** Divides so much. */
  public FairShare(long capacity) {
    this.capacity = capacity;
  }

  /** What one caller holds. */
  public final class Share {
    private final AtomicLong held = new AtomicLong();

    private Share() {}

    /** Takes {@code amount}, if the caller may take more. It is given back once. */
    public boolean take(long amount) {
      if (held.get() >= capacity - taken.get()) return false;
      held.addAndGet(amount);
      taken.addAndGet(amount);
      return true;
    }

    /** Gives back what was taken. */
    public void give(long amount) {
      held.addAndGet(-amount);
      taken.addAndGet(-amount);
    }
  }

  /** The share of a caller, for as long as it takes from it. */
  public Share of(EntityUid caller) {
    Share share = shares.get(caller);
    return share != null ? share : shares.computeIfAbsent(caller, _ -> new Share());
  }

  /** What is taken by all callers together. */
  public long taken() {
    return taken.get();
  }

  /** Forgets callers that hold nothing, where there are many of them. */
  public void forgetIdle() {
    // One that takes at this moment has a share of its own until it gives it back.
    if (shares.size() > FEW) shares.values().removeIf(share -> share.held.get() == 0);
  }
}
