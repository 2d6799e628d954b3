"""The subcommands of `freeslot`, one a file: its purpose, its arguments, and `run(arguments)`, the exit code."""
