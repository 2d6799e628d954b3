"""What a machine can check without running the product: one module a check, each giving its findings as lines."""
