package dev.ostiary.log.store;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;

/**
 * One answer to a listing.
 *
 * @param objects with their whole keys
 * @param places whole prefixes, each with a slash at its end
 * @param next where the next page begins, if there is one
 */
record ListPage(List<ObjectStore.Listed> objects, List<String> places, Optional<String> next) {

  /**
   * Reads a {@code ListBucketResult}.
   *
   * @throws IOException if it is none
   */
  static ListPage parse(byte[] xml) throws IOException {
    var factory = XMLInputFactory.newFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    var objects = new ArrayList<ObjectStore.Listed>();
    var places = new ArrayList<String>();
    String next = "";
    String key = "";
    Instant modified = Instant.EPOCH;
    boolean inPlaces = false;
    try {
      var reader = factory.createXMLStreamReader(new ByteArrayInputStream(xml));
      while (reader.hasNext()) {
        int event = reader.next();
        if (event == XMLStreamConstants.START_ELEMENT) {
          switch (reader.getLocalName()) {
            case "CommonPrefixes" -> inPlaces = true;
            case "Key" -> key = reader.getElementText();
            case "LastModified" -> modified = Instant.parse(reader.getElementText());
            case "NextContinuationToken" -> next = reader.getElementText();
            case "Prefix" -> {
              if (inPlaces) places.add(reader.getElementText());
            }
            default -> {
              // of no interest here
            }
          }
        } else if (event == XMLStreamConstants.END_ELEMENT) {
          if (reader.getLocalName().equals("CommonPrefixes")) inPlaces = false;
          if (reader.getLocalName().equals("Contents"))
            objects.add(new ObjectStore.Listed(key, modified));
        }
      }
    } catch (XMLStreamException | DateTimeParseException e) {
      throw new IOException("expected a listing in XML: " + e.getMessage(), e);
    }
    return new ListPage(objects, places, Optional.of(next).filter(token -> !token.isEmpty()));
  }
}
