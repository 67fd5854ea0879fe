package dev.ostiary.sidecar.cli;

import picocli.CommandLine.Command;

/** {@code ostiary log}: reads and checks a log, without the process that writes it. */
@Command(
    name = "log",
    description = "Read, check, prove and salvage a log.",
    subcommands = {
      LogShow.class,
      LogVerify.class,
      LogProve.class,
      LogReceipt.class,
      LogVkey.class,
      LogSalvage.class
    },
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
final class LogCommand {}
