"""picketlint enforces an ML project's security policy: one rule registry behind the command line, flake8 and Bandit."""

from __future__ import annotations

__version__ = "0.1.0"
