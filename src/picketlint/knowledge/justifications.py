"""The words of documented exceptions: what states that a pattern is safe here, what states the opposite.

Each row is a regular expression over lower-cased text, matched clause by clause. Sources: the contributor policies of
NVIDIA Model-Optimizer ("loaded file is generated internally by ModelOpt and not supplied by the user") and NVIDIA NeMo
("only for trusted checkpoints"), and the comments that stand beside such patterns in released ML packages.
docs/policy.md shows accepted and refused comments.
"""

from __future__ import annotations

from typing import NamedTuple

MARKER = "security-exception"

_MADE = (
    r"(?:generated|created|produced|written|saved|serial[iz]+ed|dumped|exported|built|constructed|cached|pickled|packed"
    r"|stored|computed|prepared|recorded|emitted|populated|encoded)"
)
_OUTSIDERS = (
    r"(?:the |a |an |any |our |some )*(?:end[- ])?(?:users?|clients?|customers?|callers?|attackers?|third[- ]part\w+"
    r"|someone|anyone|anybody|others|strangers?|external\w*|unknown|outsiders?|remote|untrusted|internet|public)\b"
)
_THING = (
    r"(?:file|files|checkpoints?|output|outputs|cache|caches|buffer|buffers|data|artifacts?|artefacts?|state|dump|dumps|repo"
    r"|repository|package|code|pipeline|export|exports|process|job|build|script|weights|models?|index|config|tests?|ci"
    r"|bucket|registry|server|workers?|infrastructure)"
)


class Vocabulary(NamedTuple):
    """Regular expressions, each for one clause.

    ``trust`` states that the input can be trusted (negated: the opposite); ``danger`` states that it cannot (negated:
    that it can); ``hedges`` make a clause a hope, a condition or an instruction instead of a statement.
    """

    trust: tuple[str, ...]
    danger: tuple[str, ...]
    hedges: tuple[str, ...]
    negations: tuple[str, ...]
    fillers: frozenset[str]


TRUST = (
    rf"(?:internally|locally|automatically|programmatically)[- ]{_MADE}",
    rf"{_MADE} (?:internally|locally|in[- ]house|ourselves|(?:above|below|earlier|before) (?:in|by|within|here)\b)",
    rf"{_MADE} (?:and \w+ |only |solely |exclusively |entirely )?by (?!{_OUTSIDERS})[\w`'.]+",
    rf"{_MADE} (?:in|within|inside|during|from) (?:this|the same|our|its own)\b",
    r"(?:comes?|came|coming|loaded|read|received|obtained|taken|originat\w+|is|are) (?:only |solely |directly )?(?:from|in|on)"
    rf" (?:this|the same|our|its own|an? internal|the project'?s|a private|the internal)\b",
    rf"\b(?:our|its|their|my|this \w+'s) own\b",
    rf"\bour (?:\w+ )?{_THING}\b",
    r"\btrusted\b",
    r"\btrustworthy\b",
    r"\bwe trust\b",
    r"(?:verified|validated|checked|authenticated|compared|signed|matched|pinned)\b.{0,40}\b(?:checksum|hash|hashes|sha-?\d+|digest"
    r"|signature|hmac|allow-?list|whitelist|schema|revision|commit|known[- ]good|regex|pattern)",
    r"(?:checksum|hash|sha-?\d+|digest|signature|hmac|revision|commit|origin)s?\b.{0,20}\b(?:verified|validated|checked|compared"
    r"|pinned|matched)",
    r"(?:fixed|constant|hard-?coded|static|literal|predefined|pre-defined|built-in|compile-time) (?:\w+ ){0,2}(?:commands?|strings?"
    r"|args|arguments?|lists?|values?|paths?|names?|inputs?|expressions?|set|sets|table|literals?|template|prefix|argv)",
    r"(?:command|string|argument|expression|list|value|path|input|argv|cmd|args|name)s?(?:\[\d\])? (?:is|are) (?:a |an )?(?:fixed|constant"
    r"|hard-?coded|static|literal|predefined|built-in|escaped|quoted|sanit\w+)",
    r"\b(?:allow-?list(?:ed)?|whitelist(?:ed)?)\b",
    r"\bunder (?:our|the project'?s|full) (?:\w+ )?control\b",
    rf"\bcontrolled (?:only )?by (?!{_OUTSIDERS})\w+",
    rf"(?:shipped|bundled|packaged|vendored|distributed|installed) (?:\w+ )?(?:with|in|by|as part of) (?!{_OUTSIDERS})\w+",
    r"\b(?:same|this|single|one) (?:process|job|host|machine|node|run|program|container|rank group|process group)\b",
    r"\bin-process\b",
    r"\binternal(?:-only)? (?:\w+ )?(?:use|file|files|checkpoints?|buffers?|data|cache|state|format|tool|tooling|artifacts?|ipc"
    r"|queue|message|messages|object|objects)\b",
)
DANGER = (
    r"\buser[- ](?:supplied|provided|controlled|defined|specified|given|generated|uploaded|facing|data|input|inputs|files?"
    r"|content|code|strings?)\b",
    rf"(?:supplied|provided|controlled|chosen|given|uploaded|specified|passed|set|sent|written|made|influenced|modified|reachable"
    rf"|generated|created) (?:in )?(?:by|from) {_OUTSIDERS}",
    rf"\bfrom {_OUTSIDERS}",
    r"\bexternal(?:ly)?[- ](?:input|inputs|data|source|sources|file|files|supplied|provided|controlled|users?)\b",
    r"\b(?:untrusted|untrustworthy|unverified|unvalidated|unauthenticated|unsanitized|unsanitised|attacker|malicious)\b",
    r"\barbitrary (?:user|file|files|code|input|inputs|data|path|paths|checkpoints?|models?|commands?|strings?)\b",
    r"\bthird[- ]part(?:y|ies)\b",
    r"(?:downloaded|fetched|pulled|comes?|came|received|loaded|read) (?:directly |straight )?from (?:the |a |any |an )?(?:internet|web"
    r"|hub|network|url|anywhere|outside|hugging ?face|socket|request)",
    r"\b(?:user|users|anyone|clients?|callers?|attackers?) (?:can|could|may|might|will|must|should|chooses?|controls?|supplies|provides?)\b",
)
HEDGES = (
    r"\b(?:should|hopefully|probably|presumably|maybe|perhaps|might|may|supposedly|assum\w+|unless|whether|if)\b",
    r"\b(?:make sure|ensure|be sure|be careful|caution|beware|only (?:load|use|call|run|open|enable|for|pass|set|do)|use with)\b",
    r"\b(?:todo|fixme|xxx|hack)\b",
    r"\?",
)
NEGATIONS = (
    r"\b(?:not|no|never|none|nothing|neither|nor|without|cannot|isn't|aren't|wasn't|weren't|doesn't|don't|didn't|can't|won't"
    r"|hasn't|haven't|rather than|instead of|free of|non|as opposed to)\b",
)
# Words that say nothing beyond "this is the flag, and it is fine".
FILLERS = frozenset(
    """
    a an the this that these those it its is are was were be been being do does did has have had and or but so as at by
    for from in into of on to with we our us you they there here then also just only very really all any some more
    will would can could may must shall should not no nor never yes
    weights_only weights only allow_pickle trust_remote_code trust_repo skip_validation safe_mode shell true false none
    pickle pickled unpickle torch load loads loading yaml numpy np eval exec subprocess keras remote code flag flags
    option argument parameter default use used uses using set sets setting pass passes passed call calls called
    safe safely safety security secure insecure unsafe trust trusts trusted ok okay fine good harmless allowed allow
    need needs needed require requires required necessary note warning warn important reason because since why see above
    below todo fixme xxx hack temporary temporarily now later nb please ignore ignored suppress noqa nosec justified
    justification exception exceptions documented policy reviewed approved approve intentional intentionally deliberate
    deliberately expected
    """.split()
)

DEFAULT = Vocabulary(TRUST, DANGER, HEDGES, NEGATIONS, FILLERS)
MIN_CONTENT_WORDS = 3

# A comment that holds one of these beside a finding wants to excuse it.
ATTEMPTS = (
    r"\b(?:un)?safe(?:ly|ty)?\b|\btrust\w*|\buntrusted\b|\bsecur\w*|\bexception\b(?= *:)",
    r"weights_only|allow_pickle|trust_remote_code|trust_repo|skip_validation|safe_mode|shell ?= ?true|\bpickle\b|\bshell\b|\beval\b|\bexec\b",
)
# Instructions to tools, up to the next comment sign: they are no words to a reader.
DIRECTIVES = (
    r"\bnosec\b[^#]*",
    r"(?:flake8[:=] *|ruff *: *)?\bnoqa\b[^#]*",
    r"(?:type|pyright|mypy|pyre|pytype|ty) *: *(?:ignore|disable|basic|strict)?[^#]*",
    r"(?:pylint|ruff|isort|fmt|yapf|autopep8|coverage|pragma|nopep8|noinspection|pyre-\w+|pytype|codespell|cspell|spell-checker|lint)\b *[:=][^#]*",
    r"pragma: *no cover[^#]*",
)
