package dev.ostiary.sidecar.bundle;

import dev.ostiary.cedar.Entities;
import dev.ostiary.cedar.EntitiesException;
import dev.ostiary.cedar.Entity;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.json.EntitiesJson;
import dev.ostiary.cedar.schema.Schema;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceError;
import dev.ostiary.cedar.syntax.SourceException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the entity files of a bundle, each an array, and checks them against the schema. */
final class EntityReader {
  private final Schema schema;
  private final List<SourceError> errors;

  EntityReader(Schema schema, List<SourceError> errors) {
    this.schema = schema;
    this.errors = errors;
  }

  /** The entities of all files and the actions of the schema; none where a file is faulty. */
  Entities read(List<Source> sources) {
    Map<Source, Entities> read = new LinkedHashMap<>();
    for (Source source : sources) {
      try {
        read.put(source, EntitiesJson.load(source, schema));
      } catch (SourceException e) {
        errors.addAll(e.errors());
      }
    }
    if (read.size() < sources.size()) return Entities.EMPTY;
    var all = new ArrayList<Entity>(schema.actionEntities());
    for (Entities entities : read.values()) entities.stream().forEach(all::add);
    try {
      return Entities.of(all);
    } catch (EntitiesException e) {
      errors.add(
          new SourceError(lastWith(e.entity(), read).span(0, 0), String.valueOf(e.getMessage())));
      return Entities.EMPTY;
    }
  }

  private static Source lastWith(EntityUid uid, Map<Source, Entities> read) {
    Source last = new Source("entities", "");
    for (var file : read.entrySet()) if (file.getValue().contains(uid)) last = file.getKey();
    return last;
  }
}
