package dev.ostiary.sidecar.bundle;

import java.nio.file.Path;
import java.util.List;

/** Reads bundles. */
public final class BundleReader {
  private BundleReader() {}

  /**
   * Reads and checks the bundle in a directory. Blocks.
   *
   * @throws BundleException with every fault that was found
   */
  public static Bundle read(Path directory) throws BundleException {
    throw new UnsupportedOperationException(directory.toString());
  }

  /**
   * Reads and checks a bundle by its canonical form.
   *
   * @throws BundleException with every fault that was found
   */
  public static Bundle of(List<BundleFile> files) throws BundleException {
    throw new UnsupportedOperationException(files.toString());
  }
}
