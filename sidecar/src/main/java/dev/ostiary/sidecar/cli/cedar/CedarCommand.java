package dev.ostiary.sidecar.cli.cedar;

import picocli.CommandLine.Command;

/** {@code ostiary cedar}: the engine by itself, without a sidecar. */
@Command(
    name = "cedar",
    description = "Work with Cedar policies, schemas and entities.",
    subcommands = {
      AuthorizeCommand.class,
      ExplainCommand.class,
      EvaluateCommand.class,
      ValidateCommand.class,
      CheckParseCommand.class,
      FormatCommand.class,
      TranslatePolicyCommand.class,
      TranslateSchemaCommand.class,
      LinkCommand.class,
      PartialCommand.class,
      BatchCommand.class
    },
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true)
public final class CedarCommand {}
