package dev.ostiary.log;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.ostiary.log.note.NoteException;
import dev.ostiary.log.note.SignedNote;
import dev.ostiary.log.note.VerifierKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/**
 * A witness of one log, written from the specification and with none of the library's hashing:
 * Ed25519 cosignatures, one checkpoint in memory.
 *
 * @see <a href="https://c2sp.org/tlog-witness">C2SP tlog-witness</a>
 */
final class SmallWitness implements AutoCloseable {
  private final String name;
  private final VerifierKey log;
  private final KeyPair pair;
  private final HttpServer server;
  private long size;
  private byte[] root = new byte[0];

  SmallWitness(String name, String logKey) throws Exception {
    this.name = name;
    this.log = VerifierKey.parse(logKey);
    this.pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/w/add-checkpoint", this::add);
    server.start();
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/w");
  }

  synchronized long size() {
    return size;
  }

  private byte[] publicKey() {
    byte[] der = pair.getPublic().getEncoded();
    return Arrays.copyOfRange(der, der.length - 32, der.length);
  }

  private byte[] keyId() throws GeneralSecurityException {
    var sha = MessageDigest.getInstance("SHA-256");
    sha.update((name + "\n").getBytes(StandardCharsets.UTF_8));
    sha.update((byte) 4);
    return Arrays.copyOf(sha.digest(publicKey()), 4);
  }

  String vkey() throws GeneralSecurityException {
    byte[] typed = ByteBuffer.allocate(33).put((byte) 4).put(publicKey()).array();
    String hash = HexFormat.of().formatHex(keyId());
    return name + "+" + hash + "+" + Base64.getEncoder().encodeToString(typed);
  }

  private synchronized void add(HttpExchange exchange) throws IOException {
    try (exchange) {
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      int split = body.indexOf("\n\n");
      List<String> lines = body.substring(0, split).lines().toList();
      long old = Long.parseLong(lines.getFirst().substring("old ".length()));
      SignedNote note;
      try {
        note = SignedNote.parse(body.substring(split + 2));
        log.verified(note);
      } catch (NoteException e) {
        exchange.sendResponseHeaders(403, -1);
        return;
      }
      List<String> text = note.text().lines().toList();
      long next = Long.parseLong(text.get(1));
      byte[] nextRoot = Base64.getDecoder().decode(text.get(2));
      if (old > next) {
        exchange.sendResponseHeaders(400, -1);
      } else if (old != size) {
        byte[] answer = (size + "\n").getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "text/x.tlog.size");
        exchange.sendResponseHeaders(409, answer.length);
        exchange.getResponseBody().write(answer);
      } else if (!consistent(old, next, nextRoot, lines.subList(1, lines.size()))) {
        exchange.sendResponseHeaders(422, -1);
      } else {
        size = next;
        root = nextRoot;
        byte[] answer = cosignature(note.text()).getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, answer.length);
        exchange.getResponseBody().write(answer);
      }
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  private String cosignature(String text) throws GeneralSecurityException {
    long seconds = System.currentTimeMillis() / 1000;
    var ed25519 = Signature.getInstance("Ed25519");
    ed25519.initSign(pair.getPrivate());
    ed25519.update(
        ("cosignature/v1\ntime " + seconds + "\n" + text).getBytes(StandardCharsets.UTF_8));
    byte[] line =
        ByteBuffer.allocate(4 + 8 + 64).put(keyId()).putLong(seconds).put(ed25519.sign()).array();
    return "— " + name + " " + Base64.getEncoder().encodeToString(line) + "\n";
  }

  private boolean consistent(long old, long next, byte[] nextRoot, List<String> proof)
      throws GeneralSecurityException {
    var hashes = new ArrayList<byte[]>();
    for (String line : proof) hashes.add(Base64.getDecoder().decode(line));
    if (old == 0) return hashes.isEmpty();
    if (old == next) return hashes.isEmpty() && Arrays.equals(root, nextRoot);
    // RFC 9162 §2.1.4.2
    if (Long.bitCount(old) == 1) hashes.addFirst(root);
    if (hashes.isEmpty()) return false;
    long fn = old - 1;
    long sn = next - 1;
    while ((fn & 1) == 1) {
      fn >>= 1;
      sn >>= 1;
    }
    byte[] fr = hashes.getFirst();
    byte[] sr = fr;
    for (byte[] c : hashes.subList(1, hashes.size())) {
      if (sn == 0) return false;
      if ((fn & 1) == 1 || fn == sn) {
        fr = node(c, fr);
        sr = node(c, sr);
        while ((fn & 1) == 0 && fn != 0) {
          fn >>= 1;
          sn >>= 1;
        }
      } else {
        sr = node(sr, c);
      }
      fn >>= 1;
      sn >>= 1;
    }
    return sn == 0 && Arrays.equals(fr, root) && Arrays.equals(sr, nextRoot);
  }

  private static byte[] node(byte[] left, byte[] right) throws GeneralSecurityException {
    var sha = MessageDigest.getInstance("SHA-256");
    sha.update((byte) 1);
    sha.update(left);
    return sha.digest(right);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
