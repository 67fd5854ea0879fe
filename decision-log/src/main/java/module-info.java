/** An embedded, append-only, verifiable log: C2SP tlog-tiles over a write-ahead log. */
@org.jspecify.annotations.NullMarked
module dev.ostiary.log {
  requires static transitive org.jspecify;
  requires java.net.http;
  requires java.xml;

  exports dev.ostiary.log;
  exports dev.ostiary.log.note;
  exports dev.ostiary.log.store;
  exports dev.ostiary.log.tile;
}
