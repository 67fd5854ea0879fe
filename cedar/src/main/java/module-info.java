/** The Cedar policy language, native on the JVM. */
@org.jspecify.annotations.NullMarked
module dev.ostiary.cedar {
  requires static transitive org.jspecify;

  exports dev.ostiary.cedar;
  exports dev.ostiary.cedar.explain;
  exports dev.ostiary.cedar.format;
  exports dev.ostiary.cedar.json;
  exports dev.ostiary.cedar.partial;
  exports dev.ostiary.cedar.schema;
  exports dev.ostiary.cedar.syntax;
  exports dev.ostiary.cedar.validate;
}
