"""What the scripts are made of is tested like the product."""
