"""What is documented about the therapies, and the rules made of it. Pure Python, standard library only."""
