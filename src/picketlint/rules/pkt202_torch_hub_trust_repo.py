"""Repository of `torch.hub` trusted on every user's behalf.

## What it does
Reports `trust_repo` or `skip_validation` where it can only be `True`, in `torch.hub.load`, `torch.hub.list` and
`torch.hub.help`. A value that may be `True` on some path is reported with medium confidence. With `source="local"`
nothing is fetched and neither flag has an effect.

## Why is this bad?
All three download a GitHub repository and import its `hubconf.py`. `trust_repo=True` takes away the question whether to
trust it; `skip_validation=True` takes away the check that the branch or commit belongs to its owner and not to a fork.

## Instead
Leave both out, or pass `trust_repo="check"`, and let the user confirm once. To run unattended, vendor the model's code,
or check out a reviewed commit and load it with `source="local"`.

## Documented exception
Say beside the argument why the repository can be trusted: whose it is and which commit is pinned.

## References
- [torch.hub](https://docs.pytorch.org/docs/stable/hub.html)
- [CWE-829](https://cwe.mitre.org/data/definitions/829.html)
"""

from __future__ import annotations

from collections.abc import Iterator

from picketlint.rule import (
    Call,
    Confidence,
    Flag,
    Hit,
    Module,
    Rule,
    Severity,
    State,
    Verdict,
    bad,
    enabled,
    good,
    imported,
    on_call,
    turned,
)

FLAGS = ("trust_repo", "skip_validation")
_EFFECTS = {
    "trust_repo": "imports code from GitHub without asking the user",
    "skip_validation": "does not check that the code it imports belongs to the repository and not to a fork",
}


class TorchHubTrustRepo(Rule):
    """`trust_repo=True`, `skip_validation=True`."""

    id = "PKT202"
    name = "torch-hub-trust-repo"
    since = "0.1"
    severity = Severity.HIGH
    confidence = Confidence.HIGH
    cwe = 829
    policy = "Loading transformers models with trust_remote_code"
    triggers = (
        *((*trigger, "torch", "hub") for flag in FLAGS for trigger in turned(flag, on=True)),
        # By position, without a name.
        *imported("torch.hub", "list", "help"),
    )
    examples = (
        bad("import torch\ntorch.hub.load('owner/repo', 'model', trust_repo=True)", at="2:1"),
        bad("import torch\ntorch.hub.load('owner/repo', 'model', skip_validation=True)", at="2:1"),
        bad("import torch\ntorch.hub.load('owner/repo', 'm', trust_repo=True, skip_validation=True)", at="2:1"),
        bad("from torch import hub\nhub.load('owner/repo', 'model', source='github', trust_repo=True)", at="2:1"),
        bad("from torch.hub import load as fetch\nfetch('owner/repo', 'model', trust_repo=True)", at="2:1"),
        bad("import torch\ntorch.hub.list('owner/repo', False, True)", at="2:1", why="the third is skip_validation"),
        bad("import torch\ntorch.hub.help('owner/repo', 'm', False, False, True)", at="2:1", why="by position"),
        bad("import torch\nkw = {'trust_repo': True}\ntorch.hub.load('owner/repo', 'model', **kw)", at="3:1"),
        bad(
            "import torch\ntorch.hub.load('owner/repo', 'm', trust_repo=True if ci else None)",
            confidence=Confidence.MEDIUM,
        ),
        bad(
            "import torch\ndef f(trust=True):\n    torch.hub.load('owner/repo', 'm', trust_repo=trust)",
            at="2:7",
            why="the parameter's default decides",
        ),
        good("import torch\ntorch.hub.load('owner/repo', 'model')"),
        good("import torch\ntorch.hub.load('owner/repo', 'model', trust_repo='check')", why="asks, and remembers"),
        good("import torch\ntorch.hub.load('owner/repo', 'model', trust_repo=False, skip_validation=False)"),
        good("import torch\ndef f(trust_repo=None):\n    torch.hub.load('owner/repo', 'm', trust_repo=trust_repo)"),
        good("import torch\ntorch.hub.load(checkout, 'm', source='local', trust_repo=True)", why="nothing is fetched"),
        good("import torch\ntorch.hub.load('owner/repo', 'm', True, True)", why="arguments of the model"),
        good("import torch\ntorch.hub.load_state_dict_from_url(url, check_hash=True)"),
        good("uploader.run(skip_validation=True)"),
    )

    @on_call("torch.hub.load", "torch.hub.list", "torch.hub.help")
    def call(self, call: Call, module: Module) -> Iterator[Hit]:
        """Both flags; one finding per call."""
        if _local(call, module):
            return
        for flag in FLAGS:
            for judgement in module.judgements(call.node, Flag(flag, enabled)):
                yield self.at(
                    call.node,
                    f"`{call.name}` {judgement.describe(flag, 'True')} {_EFFECTS[flag]}; leave `{flag}` out, or load a "
                    f'reviewed checkout with `source="local"`',
                    judgement=judgement,
                )
                return


def _local(call: Call, module: Module) -> bool:
    """Whether the code surely comes from a local directory."""
    source = module.argument(call.node, "source")
    if source.state is not State.GIVEN:
        return False
    verdicts = [module.value(candidate.value).judge(lambda value: value == "local") for candidate in source.candidates]
    return all(verdict is Verdict.MUST for verdict, _ in verdicts)
