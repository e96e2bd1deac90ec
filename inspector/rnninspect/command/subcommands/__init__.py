"""What the subcommands do that CI runs, without a parser."""
