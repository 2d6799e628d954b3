"""What tests of every layer stand on: environment, database, network, browser."""
