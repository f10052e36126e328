"""``picketlint rule``: the list of the rules, and the page of one."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable
    from typing import Any

    from picketlint.rule import Rule

USAGE = "picketlint rule [options] [RULE]"
DESCRIPTION = "List the rules, or explain one."
EPILOG = ""


def add_options(parser: Any) -> None:
    """Give the parser of the command its options."""
    parser.add_argument(
        "rule", nargs="?", metavar="RULE", help="code or name of a rule, or the beginning of codes; default: all"
    )
    parser.add_argument("--output-format", choices=("text", "json"), default="text", help="default: text (Markdown)")
    parser.add_argument(
        "--supersedes", action="store_true", help="list the rules of Bandit (B...) and ruff (S...) that these replace"
    )


def run(options: argparse.Namespace) -> Iterable[str]:
    """Do what the command line asks for; the lines to print. Raises ConfigError."""
    from picketlint import rulepage

    rules, one = _wanted(options.rule)
    if options.supersedes:
        return rulepage.superseded(rules)
    if options.output_format == "json":
        import json

        return [json.dumps([rulepage.describe(rule) for rule in rules], indent=2)]
    return [rulepage.render(rules[0]).removesuffix("\n")] if one else rulepage.catalogue(rules)


def _wanted(text: str | None) -> tuple[tuple[Rule, ...], bool]:
    """The rules that were asked for, and whether that is one by its code or name."""
    from picketlint import registry
    from picketlint.configuration.config import ConfigError, covered

    known = registry.load()
    if text is None:
        return known.rules, False
    rule = known.get(text) or known.get(text.upper())
    if rule is not None:
        return (rule,), True
    if known.expand(text.upper()) is None:
        closest = known.suggest(text)
        hint = f"did you mean {closest}?" if closest else "`picketlint rule` lists them"
        raise ConfigError(f"there is no rule {text}: {hint}")
    codes = covered([text.upper()])
    return tuple(entry.rule for entry in known.entries if entry.id in codes), False
