package dev.ostiary.sidecar.cli.cedar;

import dev.ostiary.cedar.format.PolicyText;
import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonWriter;
import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.cedar.syntax.Policy.Link;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ostiary cedar link}. */
@Command(
    name = "link",
    description = {
      "Fill the slots of a template and print the policy that this makes.",
      "With --template-linked the link is added to that file."
    },
    mixinStandardHelpOptions = true)
final class LinkCommand extends Action {
  @Mixin private PolicyOptions policies = new PolicyOptions();

  @Option(
      names = "--template-id",
      required = true,
      paramLabel = "ID",
      description = "Id of the template.")
  private String templateId = "";

  @Option(
      names = {"-n", "--new-id"},
      required = true,
      paramLabel = "ID",
      description = "Id of the policy.")
  private String newId = "";

  @Option(
      names = {"-a", "--arguments"},
      required = true,
      paramLabel = "JSON",
      description = "Entities by slot, such as '{\"?principal\": \"User::\\\"ann\\\"\"}'.")
  private String arguments = "";

  @Override
  int run(PrintWriter out) throws IOException, SourceException {
    var file = policies.links;
    List<Link> links = new ArrayList<>();
    if (file != null && Files.exists(file)) links.addAll(PolicyOptions.readLinks(Input.read(file)));
    else policies.links = null;
    var source = new Source("--arguments", arguments);
    var link = new Link(templateId, newId, PolicyOptions.arguments(source, Json.parse(source)));
    var set = policies.read().withLinks(List.of(link));
    Policy policy = set.policies().get(newId);
    if (policy != null) out.println(PolicyText.of(policy));
    links.add(link);
    if (file != null) Files.writeString(file, JsonWriter.pretty(json(links)) + "\n");
    return DONE;
  }

  private static Json json(List<Link> links) {
    var elements = new ArrayList<Json>();
    for (var link : links) {
      var values = new LinkedHashMap<String, Json>();
      link.values().forEach((slot, uid) -> values.put(slot.notation(), Json.of(uid.toString())));
      var members = new LinkedHashMap<String, Json>();
      members.put("template_id", Json.of(link.templateId()));
      members.put("link_id", Json.of(link.newId()));
      members.put("args", Json.of(values));
      elements.add(Json.of(members));
    }
    return Json.of(elements);
  }
}
