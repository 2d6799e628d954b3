"""What the scripts are made of: set-up, the test run, the checks."""
