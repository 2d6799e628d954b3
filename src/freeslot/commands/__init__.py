"""The subcommands of `freeslot`, one a file: what it is for, its arguments, and `run(arguments)` giving the exit code."""
