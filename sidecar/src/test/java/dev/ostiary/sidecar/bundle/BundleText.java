package dev.ostiary.sidecar.bundle;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** A small bundle as text, to be changed file by file: documents that users read. */
public final class BundleText {
  private final SortedMap<String, String> files = new TreeMap<>();

  /** A bundle that is good as it is. */
  public BundleText() {
    files.put("bundle.yaml", "name: docs\nversion: 1\nobligations: [mask, tell]\n");
    files.put(
        "docs.cedarschema",
        """
        entity User in [Group] { clearance?: Long };
        entity Group in [Group];
        entity Folder;
        @inline("Folder")
        entity Doc in [Folder] { owner?: User, open?: Bool };
        @virtual
        entity Site;
        action read appliesTo { principal: User, resource: [Doc, Site], context: { why?: String } };
        """);
    files.put("docs.cedar", "@id(\"read\") permit (principal, action, resource);\n");
    files.put(
        "entities/all.json",
        """
        [{"uid": {"type": "User", "id": "ada"}, "attrs": {}, "parents": []}]
        """);
  }

  /** The same with that file, in place of any other of its path. */
  public BundleText with(String path, String text) {
    files.put(path, text);
    return this;
  }

  /** The same without that file. */
  public BundleText without(String path) {
    files.remove(path);
    return this;
  }

  /** Another version of it. */
  public BundleText version(long version) {
    return with("bundle.yaml", "name: docs\nversion: " + version + "\n");
  }

  /** Its canonical form. */
  public List<BundleFile> files() {
    return files.entrySet().stream()
        .map(
            file -> new BundleFile(file.getKey(), file.getValue().getBytes(StandardCharsets.UTF_8)))
        .toList();
  }

  /** Read. */
  public Bundle read() throws BundleException {
    return BundleReader.of(files());
  }

  /** The faults for which it is refused, a line each. */
  List<String> faults() {
    try {
      return List.of("accepted: " + read());
    } catch (BundleException e) {
      return e.errors().stream().map(Object::toString).toList();
    }
  }
}
