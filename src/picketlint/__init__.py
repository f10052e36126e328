"""picketlint enforces an ML project's security policy: one rule registry behind the command line, flake8 and Bandit."""

# Neither `from __future__` nor `typing`: `python -m picketlint` runs this file while the working directory, which may
# hold modules of those names, is still first on the path.
__version__ = "0.1.0"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from picketlint.configuration.config import ConfigError
    from picketlint.configuration.settings import Overrides, Resolver, Settings
    from picketlint.engine import Checks, analyze
    from picketlint.model import Confidence, Finding, Problem, Report, Severity, Span, Status, Step
    from picketlint.rule import Rule
    from picketlint.scan import Scan

__all__ = [
    "Checks",
    "Confidence",
    "ConfigError",
    "Finding",
    "Overrides",
    "Problem",
    "Report",
    "Resolver",
    "Rule",
    "Scan",
    "Settings",
    "Severity",
    "Span",
    "Status",
    "Step",
    "__version__",
    "analyze",
]

_HOMES = {
    "picketlint.configuration.config": ("ConfigError",),
    "picketlint.engine": ("Checks", "analyze"),
    "picketlint.model": ("Confidence", "Finding", "Problem", "Report", "Severity", "Span", "Status", "Step"),
    "picketlint.rule": ("Rule",),
    "picketlint.scan": ("Scan",),
    "picketlint.configuration.settings": ("Overrides", "Resolver", "Settings"),
}


def __getattr__(name: str) -> object:
    """The public names, each imported when it is first asked for, so that importing the package costs nothing."""
    from picketlint.base.lazy import lookup

    return lookup(globals(), _HOMES, name)


def __dir__() -> list[str]:
    """What the module offers, the names that are not imported yet included."""
    return sorted({*globals(), *__all__})
