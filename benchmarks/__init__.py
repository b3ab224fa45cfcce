"""What README's figures come from: each prints its own limits beside them, from the same run."""
