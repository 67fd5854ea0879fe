import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Collections;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Writes jars anew without compression: {@code Store FROM TO} for all in a directory. A layer compresses their classes better together, and
 * the program starts without inflating them.
 */
final class Store {
  private static final LocalDateTime TIME = LocalDateTime.of(1980, 1, 2, 0, 0);

  private Store() {}

  public static void main(String[] args) throws IOException {
    Path to = Path.of(args[1]);
    try (var jars = Files.list(Path.of(args[0]))) {
      jars.filter(jar -> jar.toString().endsWith(".jar")).forEach(jar -> store(jar, to.resolve(jar.getFileName())));
    }
  }

  private static void store(Path from, Path to) {
    try (var jar = new ZipFile(from.toFile());
        var out = new ZipOutputStream(Files.newOutputStream(to))) {
      for (ZipEntry old : Collections.list(jar.entries())) {
        if (old.isDirectory()) continue;
        byte[] bytes = jar.getInputStream(old).readAllBytes();
        var crc = new CRC32();
        crc.update(bytes);
        var entry = new ZipEntry(old.getName());
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(bytes.length);
        entry.setCrc(crc.getValue());
        entry.setTimeLocal(TIME);
        out.putNextEntry(entry);
        out.write(bytes);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
