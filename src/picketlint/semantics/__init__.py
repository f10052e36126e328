"""What the code means: scopes and names, values, arguments and defaults, each three-valued and computed on demand."""
