import com.google.googlejavaformat.java.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs google-java-format over the Java files below a directory: {@code check DIR} or {@code write DIR}. */
final class Format {
  private Format() {}

  public static void main(String[] args) throws Exception {
    boolean write = args[0].equals("write");
    List<String> files = javaFiles(Path.of(args[1]));
    if (files.isEmpty()) return;
    var command = new ArrayList<String>(write ? List.of("--replace") : List.of("--dry-run", "--set-exit-if-changed"));
    command.addAll(files);
    var out = new PrintWriter(System.out, true);
    var err = new PrintWriter(System.err, true);
    int exit = new Main(out, err, System.in).format(command.toArray(String[]::new));
    if (exit != 0) err.println("the files above are not formatted; mend with: mvn process-sources -Dostiary.format=write");
    System.exit(exit);
  }

  private static List<String> javaFiles(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) return List.of();
    try (var paths = Files.walk(directory)) {
      return paths.filter(path -> path.toString().endsWith(".java")).map(Path::toString).sorted().toList();
    }
  }
}
