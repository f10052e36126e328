"""What a project says about itself and about how it is to be checked."""
