"""What turns words about an exception into a statement, a denial, a doubt or mere description.

Each row is a regular expression over lower-cased text with single spaces, as in ``justifications``, whose words these
are about. Sources: the comments beside unsafe loads, commands and evaluations in released ML packages and in public
repositories, and their negations.

Every repetition is bounded or of single words, so that a search is linear.
"""

from __future__ import annotations

from picketlint.knowledge.justifications import READ_BACK as READ_BACK

# Behind a negation: what leaves the rest open.
_PARTLY = (
    r"(?:only|just|merely|solely|necessarily|always|exclusively|entirely|fully|yet|sure|usually|normally|typically"
    r"|generally|often|mostly|directly|strictly|completely|totally|wholly|purely|every|all|guaranteed|certain|clear)\b"
)
# With the apostrophe forgotten, too.
_NOT = (
    r"(?:not|never|cannot|cant|wont|(?:is|are|was|were|do|does|did|has|have|had|ca|wo|could|ai)n't"
    r"|(?:is|are|was|were|do|does|did|has|have)nt)"
)
_SELDOM = (
    r"(?:hardly|rarely|seldom|scarcely|barely|sometimes|occasionally|partly|partially|in part|in some cases"
    r"|half the time|on paper)"
)
# In a sentence with one of these, danger is what the author warns of, not what is the case here.
WARNINGS = (
    r"\b(?:unsafe|dangerous|danger|risk\w{0,3}|insecure|vulnerab\w{1,5}|harmful|would|in general|generally|normally"
    r"|otherwise)\b",
)
# "User input never reaches this call" denies the danger after naming it.
KEPT_OUT = (
    r"^(?:[\w'-]+ ){0,3}?(?:can |could |will |does |is |are )?(?:never|not|cannot|n't)(?: ever| be"
    r"| get)? (?:reach(?:es|ed)?|gets? (?:here|in|to|into|near)"
    r"|enters?|arrives?|involved|used|loaded|passed|accepted|possible|allowed|touch(?:es)?|flows?|supplied"
    r"|end(?:s)? up|part of|interpolated"
    r"|come(?:s)? near|make(?:s)? it|expected)\b",
)
# What follows, up to the end of the sentence, is a hope, a condition, an instruction or a plan.
HEDGES = (
    r"\b(?:should|shall|ought|if|unless|whether|(?<!-)provided(?! (?:by|from|in|to)\b)|providing|assum\w{1,6}"
    r"|suppose[sd]?|supposedly|as long as"
    r"|so long as|until|intended|meant to|expected to"
    r"|supposed to|want(?:s)? to|plan(?:s|ned)? to|going to|try to|trying to|only when|will (?:soon|eventually"
    r"|later|one day))\b",
    r"\b(?:should|must|might|ought)n'?t\b",
    r"\b(?:make|makes|making|made) sure\b|\b(?:ensure|ensures|be sure|be careful|caution|beware|verify that|confirm"
    r"|double[- ]check|check that|check whether)\b",
    r"\b(?:may|might|could|can) (?:also |not |well |still )?(?:be|come|have been|originate|stem)\b",
    r"\bmust(?: only| always| never| not)? (?:be (?!set|false|true|off|on|disabled|enabled|passed|given|called"
    r"|used here)|come|load|trust|pass|use|call)",
    r"\b(?:needs?|has|have) to (?:be (?:trusted|verified|generated|ours|validated|checked)|come)\b",
    r"\b(?:only|just) (?:be )?(?:for|with|on|when|where) (?:\w+ ){0,2}trusted\b|\bonly (?:\w+ )?trusted\b",
    r"\buse with\b|\bat your own\b",
    rf"\b{_NOT} {_PARTLY}",
    r"^\W*(?:please |always |first |then |also )*(?:verify|validate|check|compare|authenticate|sanitize|quote|escape) ",
    r"^\W*(?:please |you |users |always |just |and |or |but |so |also )*(?:only|do not|don't|never|avoid|must not"
    r"|must never|should not|refuse to|be) (?:\w+ )?"
    r"(?:load|use|call|run|open|read|enable|pass|set|accept|allow|feed|trust|supply|give|point|eval\w{0,5}"
    r"|exec\w{0,4}|unpickle|deseriali[sz]e|let|put"
    r"|send|expose|change|do|try|import|apply|store|share|rely)\b",
)
# A sentence with one of these states nothing.
DOUBTS = (
    r"\?",
    r"\b(?:hopefully|probably|presumably|maybe|perhaps|likely|seems|seemingly|apparently|i (?:think|guess|believe"
    r"|hope|suppose|assume)|we (?:think|guess|believe|hope|assume)"
    r"|afaik|afaict|iirc|not sure|unsure|unclear|in theory|theoretically|might be wrong|who knows|allegedly|for now"
    r"|temporar\w{2,4}|eventually|some ?day|claims? to|claimed to|said to|believed to|appears? to"
    r"|appeared to|looks? like|reportedly|ideally|arguably|fingers crossed|not true|untrue|misleading|a lie"
    r"|needs? (?:checking|verification|confirmation)"
    r"|(?:we|i) (?:believed|thought|assumed|hoped)|as far as (?:i|we)|to (?:my|our) knowledge"
    r"|i'm told|in doubt|(?:docs?|readme|wiki) (?:once |always )?claim(?:s|ed)?|pretend\w{0,3}|wish)\b",
    r"\bto be (?:replaced|removed|fixed|revisited|done|changed|dropped|decided|confirmed|verified|checked|reviewed"
    r"|validated|determined|defined|implemented|added)\b",
    r"\b(?:todo|fixme|xxx|hack|tbd|wip)\b",
)
# Who tells readers to keep strangers' files away does not know where the files come from.
ADVICE = (
    r"\b(?:do not|don't|never|must not|should not|shouldn't) (?:ever )?(?:enable|use|load|call|open|set|pass|run"
    r"|allow|trust|do)\b[^.;]{0,60}\b(?:untrusted|unknown|other people|strangers?|anyone|third part\w+)",
)
NEGATIONS = (
    rf"\b(?:{_NOT}(?! {_PARTLY})|no(?! (?:one but|doubt|matter|wonder|question)\b)|(?:none|nothing|nobody)(?! but\b)"
    r"|neither|nor|without|w/o|rather than|instead of|free of|free from|as opposed to|independent of"
    r"|regardless of|far from|anything but|by no means)(?!\w)",
    # What is "non-ephemeral" can be user-supplied all the same.
    r"\bnon(?=[- ](?:user|client|customer|caller|attacker|tenant|external|third|arbitrary|trusted|untrusted|public"
    r"|remote"
    r"|internal|local|our|fixed|constant|literal|verified|checked|signed|pinned|first))",
)
# What denies a reason before it is named, but leaves a danger as it is: "hardly ever user-supplied".
SELDOM = (rf"\b{_SELDOM}\b",)
# A reason in a clause with one of these holds for a part of the cases, or held once.
QUALIFIED = (
    r"\b(?:mostly|usually|normally|typically|often|sometimes|occasionally|mainly|primarily|largely|partly|partially"
    r"|traditionally|historically|formerly|originally|initially|nominally|in principle|in the past|in most cases"
    r"|in part"
    r"|for the most part|by and large|as a rule|until recently|years ago|used to (?:be|come|get)|nearly (?:all|always)"
    r"|almost (?:all|always|every|never)|(?:most|some|many|half|parts|a few|only part|a part) of|at (?:some"
    r"|one) (?:point|time)"
    r"|(?:was|were) once|back (?:in|when))\b",
)
# Behind a negation and before a danger: what is denied is that it is dealt with.
UNGUARDED = (
    r"\b(?:validat\w{1,4}|check(?:s|ed|ing)?|saniti[sz]\w{1,5}|verif\w{1,8}|escap(?:e|es|ed|ing)|quot(?:e|es|ed|ing)"
    r"|filter\w{0,3}|restrict\w{0,4}|reject\w{0,3}|block(?:s|ed|ing)?|protect\w{0,4}|guard\w{0,3}|prevent\w{0,3}"
    r"|refus\w{1,3}|limit\w{0,3}|inspect\w{0,4}|scan\w{0,4}|review\w{0,3}|exclud\w{1,3}|forbid\w{0,5}"
    r"|stop(?:s|ped|ping)?|den(?:y|ies|ied)|disallow\w{0,3}|audit\w{0,3}|trust\w{0,3}|authenticat\w{1,3}"
    r"|detect\w{0,3})\b",
)
# Right before a check: it is the check that is missing.
SPARED = (
    r"\b(?:skip\w{0,4}|bypass\w{0,3}|disabl(?:e|es|ed|ing)|remov(?:e|es|ed|ing|al of)|drop(?:s|ped|ping)?|omit\w{0,4}"
    r"|ignor(?:e|es|ed|ing)|forg[eo]t\w{0,4}|lacks?|lacking|missing|fail(?:s|ed|ing)?(?: to)?|unable to|too lazy to"
    r"|turn(?:s|ed|ing)? off|switch(?:es|ed|ing)? off|(?:lack|absence|removal|loss) of|instead of|unlike)"
    r" (?:(?:the|our|its|any|all|this|that|a|an) )?(?:\w+ )?$",
)
# Within a check or behind it: it is not made, or not made always.
VOIDED = (
    r"\b(?:removed|disabled|skipped|bypassed|optional|optionally|deactivated|missing|absent|broken|commented out"
    r"|dropped"
    r"|omitted|ignored|impossible|unavailable|unsupported|unimplemented|pending|planned|deferred|postponed|left out"
    r"|unreliable|incomplete|outdated|untrue|wip|flaky|unused|nowhere|opt-in|best[- ]effort|obsolete|forgotten"
    r"|too (?:slow|expensive|costly)|except(?:ing)? (?:for|the|that|when|if|in|on|where)|apart from|aside from"
    r"|other than|excluding|afterwards|later|soon|nice to have|in (?:a|the) (?:\w+ )?(?:follow-?up|future)"
    r"|next (?:release|version|sprint|quarter|pr))\b",
    r"\b(?:needs?|has|have|had|remains?|is|are) (?:still )?to be\b|\b(?:would|could|might|may) (?:\w+ )?be\b",
    r"\b(?:turned|switched|is|are|was|were|defaults? to|now|currently) off\b|\boff by default\b",
    r"\bfail(?:s|ed|ing)?\b(?! (?:closed|loudly|hard|fast|on (?:a |any )?mismatch))",
    rf"\b{_SELDOM}\b",
)
# What follows these in the clause is no longer about the check itself.
SEQUEL = (
    r"\b(?:that|which|who|whose|else|otherwise|or (?!\w{1,20}(?:ed|en)\b)|to (?:reject|refuse|make|detect|catch|keep))",
)
# Behind a reason: it does not hold, or not for what is used here.
DISOWNED = (
    rf"\b(?:{_NOT}|no longer)(?: be| been| ever| really)? (?:true|the case|guaranteed|used|loaded|read|passed|so"
    r"|certain"
    r"|known|here|possible|expected|given|any ?more|involved|what|correct|happen\w{0,3}|reach\w{0,3}|gets? here"
    r"|arrives?"
    r"|appl(?:y|ies)|active|enabled|in use|trusted|trustworthy)\b(?! (?:with|by|under|using|safely|via|through|as)\b)",
    r"\b(?:any ?more|no more|no longer|not)\W*$",
    rf"^(?:\w+ ){{0,2}}?(?:only )?(?:{_SELDOM}|mostly|usually|normally|typically|often)\b",
    r"\b(?:is|are|was|were|has been|have been|it's) (?:\w+ )?(?:untrue|wrong|outdated|gone|a lie|false|broken|obsolete"
    r"|a myth|history)\b",
    r"\b(?:except(?:ing)? (?:for|the|that|when|in|on|where)|apart from|aside from|other than)\b",
)
# A clause that takes back the one before: "checksum verification (not implemented)".
TAKEN_BACK = (
    r"^\W*(?:(?:it|this|that|they|which|but|yet|though|or) )?(?:(?:is|are|was|were|has been|have been) )?"
    r"(?:(?:currently|still|now|just|only|also|sadly|by default|usually|mostly) ){0,2}"
    r"(?:removed|disabled|skipped|bypassed|optional|deactivated|missing|absent|broken|commented out|dropped|omitted"
    r"|ignored|impossible|unavailable|unsupported|unimplemented|pending|planned|deferred|postponed|unreliable"
    r"|incomplete"
    r"|untrue|wip|flaky|unused|opt-in|off|off by default|not|not at all|never|no|nope|no longer|not any ?more"
    r"|not (?:yet|actually"
    r"|really|always|usually|by default|any ?more)|not (?:yet |actually |really )?(?:implemented|done|enforced|enabled"
    r"|active|used|run|available|supported|true|here|checked|verified|wired up)|hardly|rarely|seldom|sometimes|mostly"
    r"|usually|at times|on paper|in principle|except (?:for|the|when|in|on)\b.{0,80}|apart from\b.{0,80})"
    r"(?: (?:here|now|by default|at the moment|right now|currently|today|on this cluster|in this release"
    r"|any ?more))?\W*$",
    r"^\W*or rather\b",
    r"^\W*(?:a |any |the )?(?:mismatch(?:es)?|failures?|errors?) (?:is|are|gets?) (?:\w+ )?(?:ignored|tolerated"
    r"|swallowed|logged"
    r"|not fatal)\b",
)
# A clause that begins so tells what the code does; it gives reasons only where the comment is about safety.
NARRATION = (
    r"^\W*(?:(?:step|first|then|now|next|also|here|finally|simply|just|please|let's|lets|we|this|it|and|to|try to"
    r"|will|\w+:|\d+\)) )*"
    r"(?:(?:load|read|restore|resume|run|execute|call|open|parse|get|fetch|use|keep|move|map|wait|skip|avoid|convert"
    r"|create|build|make|save|store|write"
    r"|copy|return|check|handle|try|set|pass|import|init|initiali[sz]e|compute|merge|apply|add|remove|replace|update"
    r"|ensure|extract|iterate|loop|filter"
    r"|collect|broadcast|gather|sync|send|receive|unpickle|deseriali[sz]e|unpack|decode|launch|start|spawn|invoke"
    r"|take|pull|download|find|prepare|reload"
    r"|instantiate|materialize|reuse|prefer|force|fall back|continue|evaluate|eval|exec|format|print|log|dump"
    r"|reconstruct|recreate|share|split)"
    r"(?:e?s|ing)?|(?:restor|resum|execut|us|mov|creat|mak|sav|stor|writ|handl|sett|gett|runn|initiali[sz]|comput"
    r"|merg|remov|replac|updat|ensur|iterat|receiv"
    r"|unpickl|deseriali[sz]|decod|invok|tak|prepar|instantiat|materializ|reus|forc|evaluat"
    r"|shar)ing)\b(?!(?: \w+)? (?:is|are|was|were|comes?|came)\b)",
    # What will be trained on data of ours is not what is loaded now.
    r"^\W*(?:(?:then|now|next|here|so|and|later|as|because|since) )*(?:we'll|(?:we )?will|let's|to) (?:re-?)?"
    r"(?:train|fine-?tune)\b",
)
_FLAG = r"(?:weights_only|allow_pickle|trust_remote_code|trust_repo|skip_validation|safe_mode|shell(?==))"
# A comment that holds one of these beside a finding wants to excuse it; to mention the flag in passing is no attempt.
ATTEMPTS = (
    r"(?<![\w.-])(?:un|in)?(?:safe(?:ly|ty)?|secure(?:ly)?|security)(?![\w(-])(?! (?:tensors|mode|load))"
    # What goes wrong is ignored, not what is warned of.
    r"(?! ignor\w+ (?:\w+ )?(?:errors?|exceptions?|failures?)\b)",
    r"\b(?:un|non-?)?trust(?:s|ed|ing|worthy)?\b",
    rf"\b{_FLAG}`? ?(?:=|:|(?:is|are|needs?|must|has to|required|because|here|for|on|to be|to stay)\b)",
    rf"\b(?:need\w*|requir\w+|necessary|for|because of|due to|set|sets|setting|keep|with|without"
    rf"|disabl\w+) (?:\w+ )?`?{_FLAG}\b",
)
# So does a sentence that gives a need, a use or a verdict as a reason, unless it sets out to tell what the code does.
HALVES = (
    r"(?:^\W*|[,;:(] )(?:note:? )?(?:this is |it's |it is |that's )?(?:only |still |also )?(?:needed|required|necessary"
    r"|ok(?:ay)?|fine|harmless|legit\w{0,6}|intentional\w{0,2}|on purpose)(?=[:,;.!]| (?:for|by|to|as|here|because"
    r"|since|in"
    r"|due|it|this|we|the|older?)\b)|^\W*because\b(?! of\b)",
    # Nothing but that.
    r"^\W*(?:this is |it's |it is |that's |we )?(?:only |still |also |sadly |really )?(?:need(?:ed| (?:this|it))"
    r"|required|necessary|ok(?:ay)?|fine|harmless|intended|intentional\w{0,2}|deliberate\w{0,2}|on purpose|by design"
    r"|unavoidable|reviewed|(?:a )?(?:known issue|false positive))(?: here| for now)?\W*$",
    r"\b(?:this|it|file|input|checkpoint|pickle|loading|that|which) (?:is|comes|came) (?:\w+ )?(?:ok(?:ay)?|fine"
    r"|harmless"
    r"|intentional|on purpose)\b",
    r"\b(?:this|it|file|script|function|code|path|tool) is (?:\w+ )?(?:only|just|solely"
    r"|exclusively) (?:ever )?(?:used|called"
    r"|run|reachable|invoked)\b",
    r"\b(?:only|just) (?:used|called|run) (?:\w+ )?(?:for debugging|internally|locally|by developers"
    r"|in debug\w{0,4})\b",
    r"^\W*(?:for )?internal use(?: only)?\b|^\W*(?:debug(?:ging)?|dev(?:elopment)?)[- ]only\b|\band intentional\b",
    r"^\W*(?:(?:this|it|file|checkpoint|that) is )?(?:a |an |in |the )?(?:legacy|old) (?:pickle |file "
    r"|checkpoint )?format\W*$",
)
# What is searched as phrases. NEGATIONS are not: they are in most sentences, so all of them are needed at once.
LISTS = (
    "ADVICE",
    "ATTEMPTS",
    "DISOWNED",
    "DOUBTS",
    "HALVES",
    "HEDGES",
    "KEPT_OUT",
    "NARRATION",
    "QUALIFIED",
    "READ_BACK",
    "SELDOM",
    "SEQUEL",
    "SPARED",
    "TAKEN_BACK",
    "UNGUARDED",
    "VOIDED",
    "WARNINGS",
)
