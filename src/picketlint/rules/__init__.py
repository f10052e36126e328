"""The rules, one file each; ``picketlint.registry`` finds them by their file names."""
