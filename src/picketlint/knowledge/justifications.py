"""The words of documented exceptions: what states that a pattern is safe here, what states the opposite.

Each row is a regular expression over lower-cased text with single spaces; it is searched sentence by sentence, and
``wording`` knows about negation, hopes and instructions. Sources: the contributor policies of NVIDIA Model-Optimizer
("loaded file is generated internally by ModelOpt and not supplied by the user") and NVIDIA NeMo ("only for trusted
checkpoints"), and the comments that stand beside such patterns in released ML packages and in public repositories.
docs/policy.md shows accepted and refused comments.

Every repetition is bounded or of single words, so that a search is linear.
"""

from __future__ import annotations

from picketlint.base.records import NamedTuple

# With the hyphen and a sign behind it, so that prose about exceptions is not taken for one.
MARKER = r"\bsecurity-exception\s{0,3}[:=\-\u2013\u2014]"

# What may stand before a noun.
_THE = r"(?:(?:the|a|an|any|our|some|this|that|these|those|every|each|all|its|no) ){0,2}"
_OUTSIDER = (
    r"(?:end[- ]?)?(?:users?|clients?|customers?|callers?|attackers?|adversary|adversaries|someone|anyone|anybody"
    r"|whoever|others"
    r"|strangers?|outsiders?|third[- ]part(?:y|ies)|people|visitors?|tenants?|participants?|submitters?|uploaders?"
    r"|contributors?|contractors?|suppliers?|freelancers?|somebody|everyone|everybody)\b"
)
# Whoever makes a file with these has not said who it was, and what these make is not to be trusted.
_NOBODY = (
    r"(?:torch|pytorch|numpy|np|savez\w{0,12}|save|dumps?|pickle|joblib|dill|keras|sklearn|scikit|tensorflow|jax"
    r"|yaml|json|hand|default|design|mistake"
    r"|accident|name|value|index|llms?|gpt\w{0,9}|chatgpt|claude|copilot|gemini|agents?|assistants?|models?"
    r"|networks?|authors?"
    r"|vendors?|partners?|colleagues?|friends?|compan(?:y|ies)|upstream|community|communities|contributors?|hub|hf"
    r"|hugging|internet|web|remote|external|unknown"
    r"|untrusted|plugins?"
    r"|peers?|means|way|using|calling|running|loading)\b"
)
_MAKER = rf"(?!{_THE}(?:\w+ )?(?:{_OUTSIDER}|{_NOBODY}))[\w`]"
_MADE = (
    r"(?:generated|created|produced|written|saved|serial[iz]+ed|serialised|dumped|exported|built|constructed|cached"
    r"|pickled|packed"
    r"|stored|computed|prepared|recorded|emitted|populated|encoded|trained|assembled|rendered|defined|composed"
    r"|derived|made)"
)
_MAKES = (
    r"(?:generate|create|produce|write|wrote|save|serialize|dump|export|build|built|construct|cache|pickle|store"
    r"|compute|prepare"
    r"|record|emit|populate|encode|train|assemble|define|make|made|own|control)(?:s|d|ed|n)?"
)
_OURS = (
    r"(?:code|codebase|exporters?|trainers?|training|pipelines?|scripts?|jobs?|tools?|tooling|writers?|savers?"
    r"|library|libraries|runs?|ci"
    r"|builds?|process|processes|module|class|function|method|package|project|repo|repository|program|session|test"
    r"|step|launcher"
    r"|engine|server|service|workers?|ranks?|node|cluster|team|loop|release|wheel|image|container|notebook|framework)"
)
_FILE = (
    r"(?:files?|checkpoints?|ckpts?|outputs?|caches?|buffers?|artifacts?|artefacts?|dumps?|exports?|pickles?"
    r"|snapshots?|shards?"
    r"|archives?|payloads?|messages?|records?|objects?|data|dataset|datasets|state|index|bundle|weights|models?"
    r"|report text)"
)
# What a program says it does to a file that it reads back.
_WROTE = r"(?:wrote|writes|saved|saves|dumped|dumps|pickled|pickles|cached|caches|stored|stores|serialized|serialised)"
_THIS_WROTE = rf"(?:this|the same) (?:very |same |\w+ )?{_OURS} (?:itself |just |has ){{0,2}}{_WROTE}\b"
_ABOVE = (
    r"(?:(?:a few|a couple of|two|three|four|five|several|some|\d{1,2}) (?:lines?|statements?) (?:above|earlier|before"
    r"|up)|(?:right|just|directly|immediately) (?:above|before this|before that))"
)
_COMMAND = (
    r"(?:commands?|command[- ]lines?|cmds?|argv|args|arguments?|(?:command |format )?strings?|expressions?|formulas?"
    r"|templates?"
    r"|code|source|statements?|repo(?:sitory)?(?: id| name)?|model ids?|ids?|names?|lists?|values?|inputs?|pipeline"
    r"|probe)"
)
_FIXED = (
    r"(?:fixed|constants?|hard-?coded|static|literals?|string literals?|predefined|pre-defined|built-?in"
    r"|compile-time|module-level)"
)


class Vocabulary(NamedTuple):
    """Regular expressions for one sentence, by what they say.

    ``grounds`` state why the input can be trusted (denied: the opposite), ``claims`` that it can, without saying why;
    ``checks`` that its integrity is verified, whoever sent it, and ``gates`` that only allowed values pass. ``danger``
    states that outsiders choose it (denied: a ground), ``remote`` that it comes from afar, which ``checks`` outweigh.
    ``accepted`` and ``refused`` are the project's own grounds and dangers; the latter state nothing when denied.
    """

    grounds: tuple[str, ...]
    claims: tuple[str, ...]
    checks: tuple[str, ...]
    gates: tuple[str, ...]
    danger: tuple[str, ...]
    remote: tuple[str, ...]
    accepted: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


GROUNDS = (
    rf"\b(?:internally|locally|automatically|programmatically|self)[- ]{_MADE}\b",
    rf"\b(?:{_MADE}|controlled|managed) (?:\w+ )?(?:internally|in[- ]house|by us\b|ourselves)",
    r"\b(?:generated|created|produced|written|trained|built|made) locally\b",
    rf"\b{_MADE} (?:and \w+ |only |solely |exclusively |entirely |earlier |above |just now |locally )?by {_MAKER}",
    rf"\b{_MADE} (?:\w+ ){{0,3}}(?:in|within|inside|during|from|earlier in|above in) (?:this|the same|our"
    rf"|its own) (?:\w+ )?{_OURS}\b",
    r"\b(?:comes?|came|coming|originat\w{1,4}|loaded|read|received|taken|obtained) (?:only |solely |directly "
    r"|exclusively |straight )?from"
    rf" (?:this|the same|our own|our|its own|the project'?s|an internal|the internal) (?:\w+ )?(?:{_OURS}|bucket"
    rf"|registry|commit)\b",
    rf"\bour own (?!(?:users?|customers?|clients?)\b)(?:[\w.]+ )?(?:{_OURS}|{_MADE}|{_FILE}|save|dump|torch\.save"
    rf"|pickle\.dump)(?:'s)? (?:\w+ )?"
    rf"(?:{_FILE}|writes|wrote|writer|saved|saves|just|in|from|at|writing|writes)\b",
    r"\bround[- ]?trip(?:ped)? (?:of |through |in |within )",
    rf"\b(?:we|this (?:\w+ )?{_OURS}|our (?:own )?(?:\w+ )?{_OURS}|the same {_OURS}) (?:\w+ |have |has |always "
    rf"|only |just ){{0,2}}{_MAKES}"
    r"(?: (?:it|them|this|these|that|the|every|all|each|both|here|to|into|ourselves|just|above|earlier)\b|$|[,.;:)])",
    rf"\b(?:only|nobody but|nothing but|none but|no one but) (?:we|us|our|this|the) (?:\w+ ){{0,3}}{_MAKES}\b",
    rf"\b(?:what|that|which) (?:we|our (?:\w+ )?{_OURS}|this (?:\w+ )?{_OURS}|\w+\(\)?|`[\w.]{{1,80}}(?:\(\))?`)"
    rf" (?:\w+ )?{_MAKES}\b",
    rf"\b(?:from|by|between|among|across|within|inside) {_THE}(?:\w+ ){{0,2}}(?:own|sibling|parent|child|same|fellow"
    rf"|worker)"
    r" (?:\w+ )?(?:ranks?|process|processes|workers?|subprocess(?:es)?|threads?|jobs?|nodes?|host|machine)\b",
    r"\b(?:between|among|across) (?:the )?(?:\w+ ){0,2}(?:ranks?|processes|workers|nodes|threads) (?:of|in"
    r"|on) (?:the same|this|one|our|a single)\b",
    r"\bfirst[- ]party\b",
    rf"\bthis {_OURS}'s own\b",
    r"\bprocess(?:es)? (?:\w+ )?(?:on|of|in) (?:the same|this|one|a single) (?:host|machine|node|job)\b",
    rf"\b(?:of|from|by) our own (?:\w+ )?{_OURS}\b",
    r"\b(?:operator|admin\w{0,11}|maintainer|deployer|repo|project)[- ](?:set|written|controlled|owned|configured"
    r"|defined|maintained)\b",
    r"\b(?:set|written|chosen|configured|defined|controlled|provided) (?:only )?by (?:the |an? |our )?(?:operators?"
    r"|admin\w{0,11}|maintainers?|deployment)\b",
    rf"\b{_FIXED} (?:[\w-]+ ){{0,2}}(?:commands?|command[- ]lines?|command strings?|strings?|argv|args|arguments?"
    rf"|expressions?|literals?|formulas?|probes?"
    r"|probe strings|templates?|set|sets|table|tuple|lists?|(?:allow|white)[- ]?lists?|catalog\w{0,3}|input)\b",
    rf"\b{_COMMAND}(?:\[\d\])? (?:\w+ )?(?:is|are|comes?|stays?|contains?|holds?|consists?)(?: only| exclusively"
    rf"| always| all| solely)?"
    rf"(?: from| of)? {_THE}(?:\w+ )?{_FIXED}\b",
    r"\b(?:list|tuple|table|set|sequence|made|built|composed) (?:only |solely )?(?:of|from"
    r"|out of) (?:\w+ )?(?:constants|literals)\b",
    rf"\b{_FILE} (?:that |which )?{_THIS_WROTE}",
    rf"\b(?:was|were|is|are|been|just|we|we just|file|cache|array|state|that) {_MADE} {_ABOVE}\b",
    rf"\b(?:was|were|is|are|been|we) just {_MADE} above\b",
    rf"\b(?:belongs?|private) to this (?:\w+ )?{_OURS}\b",
    r"\bunder (?:our|the project'?s|full) (?:\w+ )?control\b",
    rf"\bcontrolled (?:only |solely )?by {_MAKER}",
    r"\b(?:shipped|bundled|packaged|vendored|distributed|installed|checked in(?:to)?|committed|versioned"
    r"|part of) (?:\w+ )?(?:with|in|into|inside|by|as part of|of|to)? ?"
    rf"(?:this|our|the) (?:(?:same|own|project'?s) )?(?:\w+ )?(?:{_OURS}|distribution|source tree|app|application)\b",
    r"\bwe (?:\w+ )?control\b(?! (?:the )?(?:memory|device|dtype|batch|seed|flow))",
    r"\binternal(?:-only)? (?:\w+ )?(?:cache|buffer|ipc|queue|checkpoint|artifact|pickle) (?:file )?(?:of|between"
    r"|from|written|made|that (?:we|only))\b",
)
# A clause that tells what the code does states a reason by one of these: it reads back what it wrote itself.
READ_BACK = (
    rf"\b(?:that|which|what|{_FILE}) {_THIS_WROTE}",
    rf"\b(?:that|which|what) (?:[\w.]{{1,60}}\(\)|`[\w.]{{1,60}}(?:\(\))?`) (?:itself |just |has ){{0,2}}{_WROTE}\b",
    rf"\b(?:that|which|what) the (?:previous|preceding|earlier) (?:\w+ )?{_OURS} of this (?:\w+ )?{_OURS} {_WROTE}\b",
    rf"\b{_MADE} {_ABOVE}\b|\bjust {_MADE} above\b",
    rf"\breads? back (?:only )?our own (?:\w+ )?{_FILE}\b",
)
# With these, a comment has to say more before it counts, and must not just mention them.
CLAIMS = (
    r"\btrusted\b",
    r"\btrustworthy\b",
    r"\bwe (?:fully )?trust\b",
    rf"\b(?:our|my) own (?:[\w.-]+ ){{0,2}}{_FILE}\b(?! (?:class|classes|format|formats|types?|wrappers?|loaders?"
    rf"|api)\b)",
    r"\binternal(?:-only)? (?:\w+ )?(?:files?|checkpoints?|buffers?|caches?|artifacts?|ipc|queues?|pickles?|input"
    r"|strings?)\b",
)
CHECKS = (
    r"\b(?:verified|validated|checked|authenticated|compared|matched|pinned|verif(?:y|ies)|checks?|guarded"
    r"|gated)\b[^.;]{0,40}?\b(?:checksums?|hash|hashes"
    r"|sha-?\d{1,3}|digests?|signatures?|hmac|revision|commit|known[- ]good|manifest)\b",
    r"\b(?:checksum|hash|sha-?\d{1,3}|digest|signature|hmac|revision|commit)s? (?:[\w-]+ ){0,6}(?:verified|validated"
    r"|checked|compared|pinned|matched|matches"
    r"|reviewed|audited)\b",
    r"\b(?:checksum|hash|sha-?\d{1,3}|digest|signature|hmac)[- ](?:\w+ )?(?:verified|checked|guarded|gated|pinned"
    r"|verification|validated)\b",
    r"\b(?:pinned|locked|frozen) (?:\w+ )?(?:to|at|by) (?:a |an |the |our |that )?(?:\w+ ){0,3}(?:revision|commit"
    r"|sha\w{0,4}|hash|version we|tag we|release we)\b",
    r"\b(?:signed|mac'?ed) (?:and verified )?(?:by|with) (?:our|the project'?s|this)\b",
)
GATES = (
    r"\b(?:on|in|against|by|through|with|pass(?:es)?|per) (?:the |an? |our )?(?:\w+ ){0,2}(?:allow|white)[- ]?lists?\b",
    r"\b(?:allow|white)[- ]?list(?:ed|s|ing)? (?:\w+ )?(?:names?|characters|commands?|keys|values|operators|classes"
    r"|types|modules|expressions?|scope)\b",
    r"\b(?:is|are|be) (?:allow|white)[- ]?listed\b",
    r"\b(?:shlex\.quote|quoted with shlex|shell-?quoted|shell-?escaped)\b",
    r"\b(?:every|each|all|both|the) (?:\w+ ){1,3}(?:(?:is|are|was|were|gets?|been) (?:\w+ )?)(?:quoted|escaped"
    r"|sanitized"
    r"|sanitised)\b",
    r"\b(?:every|each|all|both) (?:\w+ ){1,2}(?:quoted|escaped|sanitized|sanitised)\b",
    r"\b(?:restricted|limited|confined|reduced|admits?|permits?|allows?"
    r"|accepts?) (?:only )?(?:to )?(?:\w+ ){0,3}(?:digits|arithmetic|operators|literals?"
    r"|characters|integers|floats|numbers|identifiers|enum|an? fixed set)\b",
    r"\b(?:matched|validated|checked) (?:above )?against (?:a |an |the |our )?(?:\w+ ){0,3}(?:regex|pattern"
    r"|allow\w{0,6}|set of|list of|enum)\b",
    r"\b(?:regex|pattern|ast)[- ](?:gated|validated|checked)\b",
)
DANGER = (
    r"\buser[- ](?:supplied|provided|controlled|defined|specified|given|generated|uploaded|chosen|selected|created"
    r"|written|made|typed|data|inputs?|files?|content"
    r"|code|strings?|commands?|checkpoints?|paths?|models?|config\w{0,8})\b",
    r"\b(?:attacker|client|customer|caller|adversary|tenant)[- ](?:supplied|provided|controlled|specified|given"
    r"|uploaded|chosen)\b",
    rf"\b(?:users?|customers?|clients?|callers?)(?:'s|s'|') (?:own )?(?:\w+ )?{_FILE}\b",
    rf"\b(?:supplied|provided|controlled|chosen|given|uploaded|specified|passed|set|sent|written|made|influenced"
    rf"|modified|reachable|generated|created"
    rf"|typed|entered|produced|picked|handed|fed|owned) (?:\w+ )?(?:by|from) {_THE}(?:\w+ )?{_OUTSIDER}",
    rf"\b(?:by|from) {_THE}(?:\w+ )?{_OUTSIDER}",
    rf"\bor {_OUTSIDER}",
    rf"\b{_OUTSIDER} (?:can|could|may|might|will|must|has|have|gets?|is|are) (?:to |able to |freely "
    rf"|then )?(?:change|choose|suppl\w{{1,3}}|provid\w{{1,3}}|pass|upload|control"
    r"|write|edit|modify|replace|set|influence|give|point|put|inject|overwrite|pick|type)\b",
    rf"\b{_OUTSIDER} (?:chooses?|controls?|supplies|supply|provides?|uploads?|passes|gives|picks|selects|writes"
    rf"|edits|types|enters|submits?)\b",
    r"\b(?:users|customers|clients|callers|people|others|tenants|contributors) (?:now |also |then "
    r"|often )?(?:choose|control"
    r"|supply|provide|upload|pass|give|pick|select|write|edit|type|enter|submit)\b",
    rf"\b{_MADE} (?:\w+ )?by {_THE}(?:\w+ )?(?:llms?|gpt\w{{0,9}}|chatgpt|claude|copilot|gemini|language models?)\b",
    r"\bof (?:whoever|whomever|someone|somebody|anyone|anybody|strangers?)\b",
    r"\b(?:from|or|of|in|by|via|with) (?:the |a |an )?(?:query string|url param\w{0,6}|form fields?|request (?:body"
    r"|headers?"
    r"|args|param\w{0,6}))\b",
    r"\bexternal(?:ly)?[- ](?:inputs?|data|sources?|files?|supplied|provided|controlled|users?|origin)\b",
    r"\b(?:untrusted|untrustworthy|unverified|unvalidated|unauthenticated|unsanitized|unsanitised|not[- ]trusted"
    r"|non[- ]trusted)\b",
    r"\barbitrary (?:user|files?|inputs?|data|paths?|checkpoints?|models?|strings?|sources?|repos?\w{0,9})\b",
    rf"\bthird[- ]part(?:y|ies) (?:\w+ )?{_FILE}\b",
    r"\b(?:community|contributor|vendor|partner|crowd)[- ](?:supplied|provided|contributed|submitted|uploaded|made"
    r"|sourced)\b",
    r"\b(?:contributed|submitted|attached|opened) (?:\w+ )?by (?:\w+ ){0,2}(?:contributors?|community|volunteers?"
    r"|vendors?"
    r"|partners?|forks?)\b",
    r"\b(?:comes?|came|coming|checked out|taken|read|loaded|arrives?|submitted|sent|contributed|supplied"
    r"|built) (?:\w+ )?"
    r"(?:from|in|with|by|through|via) (?:\w+ ){0,2}?(?:pull[- ]requests?|merge[- ]requests?|prs?|forks? of|gists?"
    r"|pastebin"
    r"|mailing lists?|e-?mails?|contributors?|the community)\b",
    r"\b(?:nothing|nobody|no one|not|[a-z]{2,5}n't) (?:\w+ )?(?:prevents?|stops?|keeps?"
    rf"|hinders?) {_THE}(?:\w+ )?{_OUTSIDER}",
    r"\bwhatever (?:people|users?|customers?|you|they|anyone|is|was|gets?|comes?)\b",
    r"\b(?:world|publicly|anonymously)[- ]?writ(?:e)?able\b",
    r"\b(?:derived|built|taken|interpolated|read|formatted) from (?:\w+ )?(?:inputs?|requests?|user\b)",
    r"\b(?:from|over|off) (?:the |a |an )?(?:request|requests|http|socket|upload|uploads|form|prompt|browser)\b",
)
REMOTE = (
    r"\b(?:from|off) (?:the |a |an |any |some |its |their )?(?:[\w-]+ )?(?:internet|web|network|url|urls|anywhere"
    r"|outside|wild|mirror)\b",
    r"\b(?:from|off) (?:[\w-]+ ){0,2}(?:hf|hub|hugging ?face)\b",
    r"\b(?:from|off) (?:the |a |an )?(?:public|unknown|remote|foreign) ",
    r"\b(?:comes?|coming|came|downloaded|fetched|pulled|cloned|received|obtained|retrieved) (?:\w+ )?(?:from|off|via)"
    r" (?:(?!(?:our|own|this)\b)[\w-]+ ){0,2}(?:github|gitlab|kaggle|civitai|modelscope|zenodo|google drive|gdrive"
    r"|dropbox"
    r"|model zoo|ftp|torrents?|e-?mail|colleagues?|partners?|vendors?|suppliers?|upstream|maintainers?|authors?)\b",
    r"(?:^|\b(?:is|are|was|were|gets?|been|being|just|as) )(?:(?!not\b"
    r"|never\b)\w+ )?downloaded\b(?! (?:only )?(?:from|by"
    r"|with) (?:our|this|the project))",
)
# Words that say nothing beyond "this is the flag, and it is fine".
_FILLERS = """
a an the this that these those it its is are was were be been being do does did has have had and or but so as at by
for from in into of on to with we our us you your they there here then also just only very really all any some more
will would can could may must shall should not no nor never yes always still
weights_only weights allow_pickle trust_remote_code trust_repo skip_validation safe_mode shell true false none
pickle pickled unpickle torch load loads loading yaml numpy np eval exec subprocess keras remote code flag flags
option argument parameter default use used uses using set sets setting pass passes passed call calls called
safe safely safety security secure insecure unsafe trust trusts trusted ok okay fine good harmless allowed allow
need needs needed require requires required necessary note warning warn important reason because since why see above
below todo fixme xxx hack tbd temporary temporarily now later nb please ignore ignored suppress noqa nosec justified
justification exception exceptions documented policy reviewed approved approve intentional intentionally deliberate
deliberately expected known false positive
"""
FILLERS = frozenset(_FILLERS.split())
# What a claim says of anything: "trusted local checkpoint file" is no more than "trusted".
_GENERIC = """
file files checkpoint checkpoints ckpt ckpts model models data input inputs source sources local own comes come my
cache caches cached artifact artifacts object objects content contents path internal
"""
GENERIC = frozenset(_GENERIC.split())
MIN_CONTENT_WORDS = 3

DEFAULT = Vocabulary(GROUNDS, CLAIMS, CHECKS, GATES, DANGER, REMOTE)

# What begins an instruction to a tool, right behind a comment sign; it and what follows, up to the next sign, is no
# word to a reader.
DIRECTIVES = (
    r"nosec",
    r"(?:flake8[:=] *|ruff *: *)?noqa\b",
    r"(?:type|pyright|mypy|pyre|pytype|ty) *:",
    r"(?:pylint|ruff|isort|fmt|yapf|autopep8|coverage|pragma|nopep8|noinspection|pyre-\w+|codespell|cspell"
    r"|spell-checker|lint|sourcery"
    r"|nosemgrep|deepsource|nosonar|skipcq)\b *[:=]?(?= *[\w:=-]|$)",
)

# A comment that would do, by the weakness (CWE) that a rule is about.
FORMS = {
    78: "the command is a fixed list of constants, no part of it comes from the user",
    95: "the expression is one of the literals in the table above, never user input",
    502: "written by our own exporter in this job, never supplied by the user",
    532: "prints a placeholder that this script generated itself, never a user's credential",
    829: "the repository is our own, pinned to a commit that the team reviewed",
}
FORM = FORMS[502]
