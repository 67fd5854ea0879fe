package dev.ostiary.cedar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Short ids are kept as numbers, so they have to come back from them as they were. */
final class EntityIdsTest {
  private static final List<String> CHARACTERS =
      List.of("a", "\0", "\u007f", "\u0080", "\u00ff", "\u0100", "\ud83d\ude00", "\ud800");

  private static Set<String> ids() {
    var ids = new HashSet<String>();
    for (int length = 0; length <= 17; length++) {
      for (String character : CHARACTERS) {
        ids.add("a".repeat(length));
        ids.add("a".repeat(length) + character);
        ids.add(character + "a".repeat(length));
        ids.add(character.repeat(length));
      }
    }
    return ids;
  }

  private static Entity entity(String type, String id, Value value) {
    // Nine attributes are one more than an entity has room for in itself.
    var attributes = RecordValue.of(Map.of("id", new StringValue(id)));
    for (int i = 0; i < (id.length() % 2 == 0 ? 8 : 0); i++)
      attributes = attributes.with("z" + i, value);
    var tags = id.length() % 3 == 0 ? RecordValue.of(Map.of("tag", value)) : RecordValue.EMPTY;
    return new Entity(EntityUid.of(type, id), attributes, tags, Set.of());
  }

  @Test
  void everyEntityComesBackAsItWasPut() throws Exception {
    var put = new ArrayList<Entity>();
    for (String id : ids()) {
      put.add(entity("User", id, new LongValue(1)));
      put.add(entity("Namespace::User", id, new LongValue(2)));
    }
    // As many that some share every level of the store but the last ones.
    for (int i = 0; i < 4_000; i++) put.add(entity("User", "user" + i, new LongValue(i)));
    var atOnce = Entities.of(put);
    var oneByOne = Entities.EMPTY;
    for (Entity entity : put) oneByOne = oneByOne.with(entity);
    for (var entities : List.of(atOnce, oneByOne)) {
      assertEquals(put.size(), entities.size());
      assertEquals(new HashSet<>(put), new HashSet<>(entities.stream().toList()));
      for (Entity entity : put) {
        assertEquals(Optional.of(entity), entities.find(entity.uid()));
        assertTrue(!entities.contains(EntityUid.of("Group", entity.uid().id())));
        assertTrue(!entities.without(entity.uid()).contains(entity.uid()));
      }
    }
  }
}
