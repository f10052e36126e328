"""``python -m picketlint``, the same as the command."""

# No `from __future__` here: it is an import like any other, and the path is not safe yet.
import sys

if __name__ == "__main__":
    # `python -m` puts the working directory first on the path. It may be the project that is scanned, whose own ast.py
    # or typing.py must never be run.
    if not getattr(sys.flags, "safe_path", False) and not sys.flags.isolated:
        del sys.path[0]

    from picketlint.cli import main

    sys.exit(main())
