package dev.ostiary.sidecar.door;

import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonObject;
import dev.ostiary.sidecar.decide.Refused.Why;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * Reads bodies that are XML as if they were JSON: an element is a member of the object around it,
 * several of one name are an array, and one without elements is its text. What programs read in
 * different ways is refused: document types, entities of its own, comments, instructions, prefixes,
 * attributes other than {@code xmlns}, text between elements.
 */
final class XmlBody {
  private static final int DEPTH = 40;

  private XmlBody() {}

  /**
   * The object that has the root element for its only member.
   *
   * @throws Unreadable if the bytes are something else
   */
  static JsonObject object(byte[] body) throws Unreadable {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    factory.setProperty(XMLInputFactory.IS_COALESCING, false);
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
      var reader = factory.createXMLStreamReader(new StringReader(text));
      String encoding = reader.getCharacterEncodingScheme();
      String version = reader.getVersion();
      if ((encoding != null && !encoding.equalsIgnoreCase("UTF-8"))
          || (version != null && !version.equals("1.0"))) throw refused("XML 1.0 in UTF-8");
      @Nullable JsonObject root = null;
      while (reader.hasNext()) {
        switch (reader.next()) {
          case XMLStreamConstants.START_ELEMENT ->
              root = (JsonObject) Json.of(reader.getLocalName(), element(reader, DEPTH));
          case XMLStreamConstants.END_DOCUMENT, XMLStreamConstants.SPACE -> {}
          default -> throw refused("nothing but elements");
        }
      }
      if (root == null) throw refused("an element");
      return root;
    } catch (CharacterCodingException e) {
      throw refused("UTF-8");
    } catch (XMLStreamException e) {
      throw refused("XML");
    }
  }

  private static Json element(XMLStreamReader reader, int depth)
      throws XMLStreamException, Unreadable {
    if (depth == 0) throw refused("XML of at most " + DEPTH + " levels");
    String prefix = reader.getPrefix();
    boolean prefixed = prefix != null && !prefix.isEmpty();
    for (int i = 0; i < reader.getNamespaceCount(); i++)
      prefixed |= reader.getNamespacePrefix(i) != null;
    if (prefixed || reader.getAttributeCount() > 0) throw refused("elements without attributes");
    var children = new LinkedHashMap<String, List<Json>>();
    var text = new StringBuilder();
    while (true) {
      switch (reader.next()) {
        case XMLStreamConstants.START_ELEMENT -> {
          String name = reader.getLocalName();
          children.computeIfAbsent(name, _ -> new ArrayList<>()).add(element(reader, depth - 1));
        }
        case XMLStreamConstants.CHARACTERS, XMLStreamConstants.SPACE ->
            text.append(reader.getText());
        case XMLStreamConstants.END_ELEMENT -> {
          if (children.isEmpty()) return Json.of(text.toString());
          if (!text.toString().isBlank()) throw refused("no text between elements");
          var object = new LinkedHashMap<String, Json>();
          children.forEach(
              (name, all) -> object.put(name, all.size() == 1 ? all.getFirst() : Json.of(all)));
          return Json.of(object);
        }
        default -> throw refused("nothing but elements and text");
      }
    }
  }

  private static Unreadable refused(String expected) {
    return new Unreadable(Why.MALFORMED_REQUEST, "body", "expected " + expected);
  }
}
