"""The operations: one verb a file. They alone write slots and appointments."""
