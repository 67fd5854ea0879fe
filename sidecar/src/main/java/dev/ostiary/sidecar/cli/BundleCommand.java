package dev.ostiary.sidecar.cli;

import picocli.CommandLine.Command;

/** {@code ostiary bundle}: what can be done with a bundle without a sidecar. */
@Command(
    name = "bundle",
    description = "Work with policy bundles.",
    subcommands = {
      BundleCheck.class,
      BundleKeygen.class,
      BundleSign.class,
      BundleVerify.class,
      BundleInspect.class
    },
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
final class BundleCommand {}
