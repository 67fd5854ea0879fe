/** The admin port: metrics, liveness and readiness over HTTP. */
@org.jspecify.annotations.NullMarked
package dev.ostiary.sidecar.admin;
