package dev.ostiary.sidecar.cli;

import picocli.CommandLine.Command;

/** {@code ostiary log}: reads and checks a log, without the process that writes it. */
@Command(
    name = "log",
    description = "Read and check a log.",
    subcommands = {LogShow.class, LogVerify.class, LogVkey.class},
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
final class LogCommand {}
