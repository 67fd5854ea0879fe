/** Works logged decisions out again, by the facts that they were made with. */
@org.jspecify.annotations.NullMarked
package dev.ostiary.sidecar.replay;
