"""``--trust-remote-code`` among the arguments of programs: which tests around them are somebody's choice."""

from __future__ import annotations

import pytest

from picketlint.engine import Checks, analyze

COMMAND = '["vllm", "serve", model, "--trust-remote-code"]'
SPLIT = 'f"vllm serve {model} --trust-remote-code".split()'
ADDED = 'command += ["--trust-remote-code"]'


def lines(code: str) -> list[int]:
    """The lines with a finding."""
    return [one.span.line for one in analyze(code.encode(), "serve.py", Checks(frozenset({"PKT201"}))).findings]


@pytest.mark.parametrize(
    "around",
    [
        "for model in models:",
        "while True:",
        "if not os.path.exists(log):",
        "if kind == 'vllm':",
        "if __name__ == '__main__':",
        "with opened():",
    ],
)
@pytest.mark.parametrize("command", [COMMAND, SPLIT])
def test_a_command_that_is_written_out_counts_under_a_test_of_something_else(around: str, command: str) -> None:
    assert lines(f"{around}\n    run({command})") == [2]


@pytest.mark.parametrize("around", ["for model in models:", "while True:", "async def f():\n  async for m in ms:"])
@pytest.mark.parametrize("added", [ADDED, 'command.append("--trust-remote-code")'])
def test_what_is_added_in_a_loop_is_added_without_a_test(around: str, added: str) -> None:
    assert len(lines(f"{around}\n    {added}")) == 1


@pytest.mark.parametrize(
    "code",
    [
        f"if args.trust_remote_code:\n    run({COMMAND})",
        f"if not trust_remote_code:\n    run(command)\nelse:\n    run({SPLIT})",
        f"if custom:\n    {ADDED}",
        f"for part in {COMMAND}:\n    name(part)",
        f"if option in {COMMAND}:\n    name(option)",
        f"command = {COMMAND} if custom else other",
        "if custom:\n    command = base + ['-m', 'x', '--trust-remote-code']",
    ],
)
def test_what_somebody_chose_or_only_names_options_does_not(code: str) -> None:
    assert lines(code) == []
