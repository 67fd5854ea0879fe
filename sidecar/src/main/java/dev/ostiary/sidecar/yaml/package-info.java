/** YAML read strictly, with the place of every fault: the config file and {@code bundle.yaml}. */
@org.jspecify.annotations.NullMarked
package dev.ostiary.sidecar.yaml;
