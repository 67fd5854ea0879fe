package dev.ostiary.sidecar.cli;

import picocli.CommandLine.Command;

/** {@code ostiary log}: reads and checks a log, without the process that writes it. */
@Command(
    name = "log",
    description =
        "Read, follow, export, check, replay, prove and salvage a log, and erase people from it.",
    subcommands = {
      LogShow.class,
      LogTail.class,
      LogExport.class,
      LogReplay.class,
      LogReveal.class,
      LogErase.class,
      LogHold.class,
      LogVerify.class,
      LogProve.class,
      LogReceipt.class,
      LogVkey.class,
      LogSalvage.class
    },
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
final class LogCommand {}
