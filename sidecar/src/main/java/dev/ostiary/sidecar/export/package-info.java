/** The decision log in the forms that other systems read. */
@org.jspecify.annotations.NullMarked
package dev.ostiary.sidecar.export;
