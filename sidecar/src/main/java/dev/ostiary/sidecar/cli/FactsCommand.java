package dev.ostiary.sidecar.cli;

import picocli.CommandLine.Command;

/** {@code ostiary facts}: changes what a running sidecar decides by. */
@Command(
    name = "facts",
    description = "Change the entities that a running sidecar decides by.",
    subcommands = {FactsPut.class, FactsDelete.class},
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
final class FactsCommand {}
