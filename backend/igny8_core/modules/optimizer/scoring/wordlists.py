"""The English word lists of the readability checks, written for this project; it holds words and no rules."""

from collections.abc import Iterable

Words = tuple[str, ...]

_FUNCTION_WORDS = """
a about above after again against all also am an and any are aren't as at be because been before being below
between both but by can can't cannot could couldn't did didn't do does doesn't doing don't down during each either
else ever few for from further get gets had hadn't has hasn't have haven't having he her here hers herself him
himself his how i i'm i've if in into is isn't it it's its itself just let's may me might more most much must my
myself neither no nor not of off on once only onto or other ought our ours ourselves out over own per quite rather
same shall she should shouldn't so some such than that that's the their theirs them themselves then there these they
this those through to too under until up upon us very via was wasn't we were weren't what when where whether which
while who whom whose why will with within without won't would wouldn't yet you your yours yourself
"""

# The first word alone says little about how a sentence starts: "The cat", "The dog" differ.
_WEAK_STARTS = "a an the this that these those one two three four five six seven eight nine ten"

# By what they tell the reader; words that as often do something else ("like", "now", "for") are left out.
_TRANSITION_WORDS = {
    "more of it": "also additionally besides furthermore likewise moreover similarly too",
    "against it": """alternatively although but conversely despite however instead nevertheless nonetheless
    notwithstanding otherwise still though unlike whereas while yet""",
    "why": "accordingly because consequently hence so since thereby therefore thus",
    "on condition": "assuming if provided unless",
    "in order": """afterwards before earlier eventually finally first firstly initially lastly later meanwhile next
    once previously second secondly subsequently then third thirdly ultimately until when whenever""",
    "how sure": "admittedly certainly clearly indeed naturally obviously surely undoubtedly",
    "what matters": "chiefly especially importantly mainly notably particularly primarily specifically",
    "in sum": "altogether briefly generally overall",
}

_TRANSITION_PHRASES = {
    "more of it": """along with|and then|as well as|in addition|in the same way|not to mention|on top of|what is more
    not only that|better still|worse still|in turn""",
    "against it": """after all|all the same|apart from|as opposed to|at the same time|by contrast|compared to
    compared with|even if|even so|even though|except for|in contrast|in spite of|in theory|on the contrary
    on the one hand|on the other hand|other than|rather than|regardless of|that said|having said that|for all that""",
    "why": """as a consequence|as a result|due to|for that reason|for this reason|given that|in order to|in response
    owing to|so as to|so that|such that|thanks to|that is why|this is why|this means|that means|which means
    to that end|to this end|with that in mind|with this in mind""",
    "on condition": """as long as|as far as|depending on|in case|in that case|in this case|only if|or else
    when it comes to|with regard to|with respect to|as for|as to""",
    "in order": """after that|after this|as soon as|at first|at last|before that|by the time|by then|from now on
    from then on|in the beginning|in the end|in the long run|in the meantime|in the past|later on|over time|prior to
    so far|sooner or later|to begin with|to start with|until now|up to now|up to that point|at that point|at this point
    from there|the next step|the last step|the first step|once that is done""",
    "for example": """as an example|for example|for instance|in other words|in particular|in practice|in this way
    such as|take for example|that is to say|to illustrate|to put it another way|put differently|put simply""",
    "how sure": """as a rule|at least|by and large|for the most part|in any case|in fact|in general|in most cases
    in reality|in some cases|in truth|of course|on average|as expected|no doubt|without a doubt|needless to say
    to be fair|to be sure|as you can see""",
    "in sum": """above all|all in all|all told|in brief|in conclusion|in essence|in short|in summary
    in the final analysis|most of all|most importantly|more importantly|on balance|on the whole
    to conclude|to sum up|to summarize|to recap""",
}

# Both parts in one sentence, in this order.
_TRANSITION_PAIRS = "both and|either or|neither nor|whether or|if then|not only but"

_PASSIVE_AUXILIARIES = """
am are aren't be been being get gets getting got gotten he's i'm is isn't it's she's that's there's they're was
wasn't we're were weren't what's who's you're
"""

_IRREGULAR_PARTICIPLES = """
awoken beaten become begun bent bet bid bitten blown born borne bought bound bred broken brought built burnt burst
cast caught chosen clung come cost crept cut dealt done dragged drawn driven drunk dug eaten fallen fed felt fled
flown flung forbidden foregone foreseen forgiven forgotten forsaken fought found frozen given gone grown heard held
hidden hit hung hurt kept knit known laid leapt learnt led left lent let lit lost made meant met mistaken misread
mistold mown outdone outgrown outsold overcome overdone overheard overseen overtaken overthrown paid proven put quit
read rebuilt redone rehung remade reset resold rethought retold rewritten rewound ridden rung run said sawn seen
sent set sewn shaken shed shone shorn shot shown shrunk shut slain slept slid slit smelt sold sought sown spelt spent
spilt split spoken spoilt spread sprung spun stolen struck strung stuck stung sung sunk swept swollen sworn swum swung
taken taught thought thrown thrust told torn trodden undergone understood undertaken undone unwound upheld upset
withdrawn withheld won worn wound woven wrapt written wrung
"""

# They end in -ed and are no participle, or say a state rather than a deed.
_NOT_PASSIVE = """
advanced agreed ashamed bed bleed bored breed complicated concerned confused creed dated deed
determined disappointed embed embarrassed exceed excited exhausted experienced fed feed frightened greed gifted
hundred indeed infrared interested kindred limited married naked need newlywed overwhelmed pleased proceed red
related relieved required sacred satisfied scared seed shed shred skilled sled sophisticated speed steed succeed
supposed surprised talented ted thoroughbred tired unlimited used weed wed wicked worried wretched
"""

# They may stand between "was" and "written".
_PASSIVE_FILLERS = """
all also almost already always both ever just never not now often once only quite so soon still then too very well yet
"""

FUNCTION_WORDS = frozenset(_FUNCTION_WORDS.split())
WEAK_STARTS = frozenset(_WEAK_STARTS.split())
TRANSITION_WORDS = frozenset(word for listed in _TRANSITION_WORDS.values() for word in listed.split())
PASSIVE_AUXILIARIES = frozenset(_PASSIVE_AUXILIARIES.split())
IRREGULAR_PARTICIPLES = frozenset(_IRREGULAR_PARTICIPLES.split()) - {"become", "come", "gone"}
NOT_PASSIVE = frozenset(_NOT_PASSIVE.split()) - IRREGULAR_PARTICIPLES
PASSIVE_FILLERS = frozenset(_PASSIVE_FILLERS.split())


def _by_first_word(phrases: Iterable[Words]) -> dict[str, tuple[Words, ...]]:
    """The phrases by their first word, each as the words after it."""
    rest: dict[str, tuple[Words, ...]] = {}
    for first, *others in phrases:
        rest[first] = (*rest.get(first, ()), tuple(others))
    return rest


TRANSITION_PHRASES = _by_first_word(
    tuple(phrase.split())
    for listed in _TRANSITION_PHRASES.values()
    for phrase in listed.replace("\n", "|").split("|")
)
TRANSITION_PAIRS = tuple(tuple(pair.split()) for pair in _TRANSITION_PAIRS.split("|"))
