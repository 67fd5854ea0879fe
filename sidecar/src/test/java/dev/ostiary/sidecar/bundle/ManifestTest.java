package dev.ostiary.sidecar.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.sidecar.Served;
import dev.ostiary.sidecar.sign.Envelope;
import dev.ostiary.sidecar.sign.SigningException;
import dev.ostiary.sidecar.sign.SigningKey;
import dev.ostiary.sidecar.sign.TrustedKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ManifestTest {
  private static final SigningKey KEY = SigningKey.generate();
  private static final SigningKey SECOND = SigningKey.generate();
  private static final SigningKey STRANGER = SigningKey.generate();

  @TempDir private Path directory;
  private Path bundle;

  @BeforeEach
  void write() throws Exception {
    Served.writeBundle(directory, 1, "");
    bundle = directory.resolve("bundle");
    put(KEY.sign(unsigned()));
  }

  @Test
  void aBundleThatATrustedKeySignedIsReadAndSaysByWhom() throws Exception {
    var read = BundleReader.read(bundle, trusted(1));
    assertEquals(List.of(KEY.id()), read.signed().orElseThrow().keyIds());
    put(SECOND.sign(KEY.sign(unsigned())));
    assertEquals(
        List.of(KEY.id(), SECOND.id()),
        BundleReader.read(bundle, trusted(2)).signed().orElseThrow().keyIds());
  }

  @Test
  void filesThatWereAddedChangedRenamedOrTakenAwayAreRefused() throws Exception {
    Files.writeString(bundle.resolve("more.cedar"), "");
    refused("`more.cedar` is not among them");
    Files.move(bundle.resolve("more.cedar"), bundle.resolve("entities/more.json"));
    refused("`entities/more.json` is not among them");
    Files.delete(bundle.resolve("entities/more.json"));
    Files.move(bundle.resolve("docs.cedar"), bundle.resolve("dogs.cedar"));
    refused("`dogs.cedar` is not among them");
    Files.delete(bundle.resolve("dogs.cedar"));
    refused("`docs.cedar` is missing");
    Files.writeString(bundle.resolve("docs.cedar"), "permit (principal, action, resource);");
    refused("`docs.cedar` has other content");
  }

  @Test
  void aLinkOutOfTheDirectoryIsRefusedThoughItHasWhatWasSigned() throws Exception {
    Files.move(bundle.resolve("docs.cedar"), directory.resolve("docs.cedar"));
    Files.createSymbolicLink(bundle.resolve("docs.cedar"), directory.resolve("docs.cedar"));
    refused("a link out of its directory");
  }

  @Test
  void anEnvelopeThatIsALinkOutOfTheDirectoryIsRefused() throws Exception {
    Files.move(bundle.resolve(Manifest.FILE), directory.resolve("envelope"));
    Files.createSymbolicLink(bundle.resolve(Manifest.FILE), directory.resolve("envelope"));
    refused("bundle.dsse.json: expected a file of the bundle");
  }

  @Test
  void aManifestThatNamesAFileOutsideIsRefusedThoughItIsSigned() throws Exception {
    String path = "../docs.cedar";
    String signed = new String(unsigned().payload(), StandardCharsets.UTF_8);
    put(sign(KEY, Manifest.TYPE, signed.replace("docs.cedar\"", path + "\"")));
    refused("`docs.cedar` is not among them");
  }

  @Test
  void onlyTheCanonicalManifestCounts() throws Exception {
    String signed = new String(unsigned().payload(), StandardCharsets.UTF_8);
    put(sign(KEY, Manifest.TYPE, signed + "\n"));
    refused("in its canonical form");
    put(sign(KEY, Manifest.TYPE, signed.replace("{\"files\"", "{\"files\":[],\"files\"")));
    refused("in its canonical form");
    put(sign(KEY, Manifest.TYPE, "no json"));
    refused("something else that was signed");
    put(sign(KEY, Manifest.TYPE, "[".repeat(100_000)));
    refused("something else that was signed");
  }

  @Test
  void aSignatureOfAnotherTypeIsRefused() throws Exception {
    String payload = new String(unsigned().payload(), StandardCharsets.UTF_8);
    var other = sign(KEY, "application/vnd.in-toto+json", payload);
    put(other);
    refused("expected the payload type `application/vnd.ostiary.bundle.v1+json`");
    // Only the type's name put right: the signature is over the other one.
    put(new Envelope(Manifest.TYPE, other.payload(), other.signatures()));
    refused("expected valid signatures by 1 of the 2 trusted keys, got 0");
  }

  @Test
  void aStrangersSignatureUnderATrustedNameIsRefused() throws Exception {
    var strange = STRANGER.sign(unsigned()).signatures().getFirst();
    put(unsigned().with(new Envelope.Signature(KEY.id(), strange.bytes())));
    refused("got 0");
  }

  @Test
  void twoSignaturesOfOneKeyAreOneSigner() throws Exception {
    var signature = KEY.sign(unsigned()).signatures().getFirst();
    put(unsigned().with(signature).with(new Envelope.Signature(SECOND.id(), signature.bytes())));
    var fault = assertThrows(BundleException.class, () -> BundleReader.read(bundle, trusted(2)));
    assertTrue(String.valueOf(fault.getMessage()).contains("got 1"), fault.getMessage());
    assertThrows(
        SigningException.class,
        () -> TrustedKeys.of(List.of(KEY.publicKey(), KEY.publicKey()), 2),
        "one key twice is no two keys");
  }

  @Test
  void envelopesThatCouldBeReadTwoWaysOrWithoutEndAreRefused() throws Exception {
    String json = new String(KEY.sign(unsigned()).json(), StandardCharsets.UTF_8);
    put(json.replace("{\"payloadType\"", "{\"payload\":\"\",\"payloadType\""));
    refused("`payload` once");
    put(json.replace("{\"keyid\"", "{\"sig\":\"\",\"keyid\""));
    refused("`sig` once");
    put(json.replace("\"payload\":\"", "\"payload\":\"!"));
    refused("`payload` in base64");
    put("[".repeat(1_000_000));
    refused("bundle.dsse.json");
    put(json + " ".repeat(Envelope.MAX_BYTES));
    refused("expected at most " + Envelope.MAX_BYTES + " bytes");
    var many = KEY.sign(unsigned());
    for (int i = 0; i < 32; i++) many = many.with(new Envelope.Signature("k" + i, new byte[64]));
    put(many);
    refused("a list of at most 32");
    Files.delete(bundle.resolve(Manifest.FILE));
    refused("expected signatures of the bundle, got nothing there");
  }

  @Test
  void membersThatAreNotKnownAndUrlSafeBase64AreAllowedAsDsseAsks() throws Exception {
    var signed = KEY.sign(unsigned());
    var url = Base64.getUrlEncoder();
    put(
        """
        {"payload": "%s", "more": [1], "payloadType": "%s",
         "signatures": [{"sig": "%s", "cert": "x"}]}\
        """
            .formatted(
                url.encodeToString(signed.payload()),
                signed.payloadType(),
                url.encodeToString(signed.signatures().getFirst().bytes())));
    assertEquals(1, BundleReader.read(bundle, trusted(1)).version());
  }

  private Envelope unsigned() throws BundleException {
    return Manifest.unsigned(BundleReader.read(bundle).files());
  }

  private static Envelope sign(SigningKey key, String type, String payload) {
    return key.sign(new Envelope(type, payload.getBytes(StandardCharsets.UTF_8), List.of()));
  }

  private static TrustedKeys trusted(int threshold) throws SigningException {
    return TrustedKeys.of(List.of(KEY.publicKey(), SECOND.publicKey()), threshold);
  }

  private void put(Envelope envelope) throws IOException {
    Files.write(bundle.resolve(Manifest.FILE), envelope.json());
  }

  private void put(String envelope) throws IOException {
    Files.writeString(bundle.resolve(Manifest.FILE), envelope);
  }

  private void refused(String why) {
    var fault = assertThrows(BundleException.class, () -> BundleReader.read(bundle, trusted(1)));
    assertTrue(String.valueOf(fault.getMessage()).contains(why), fault.getMessage());
  }
}
