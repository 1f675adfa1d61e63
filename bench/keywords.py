"""Makes keyword lists of any length with realistic heads and tails, each keyword with the product it is about."""

import random
from bisect import bisect
from itertools import accumulate

# Kinds of things, a few names for each: a name is what spelling alone cannot join.
_KINDS = (
    "coffee machine/espresso maker; running shoes/trainers/jogging sneakers; life insurance/life cover; dog "
    "food/kibble; mortgage/home loan; yoga mat/exercise mat; electric car/ev; garden shed/tool shed; wedding "
    "dress/bridal gown; laptop bag/notebook sleeve; protein powder/whey; roof repair/roofing; web "
    "hosting/webhost; credit card/charge card; hair dryer/blow dryer; stroller/pram; solar "
    "panel/photovoltaics; office chair/desk chair; tax software/tax app; newsletter tool/mailing tool; "
    "acoustic guitar/folk guitar; hiking boots/walking boots; air fryer/hot air oven; pizza oven/stone oven; "
    "cat litter/kitty litter; standing desk/sit-stand desk; water heater/boiler; meal kit/recipe box; keto "
    "snack/low carb snack; task app/todo app; car insurance/auto cover; lawn mower/grass cutter; smart "
    "watch/fitness watch; bluetooth speaker/portable speaker; face cream/moisturizer; knitting yarn/wool; "
    "bread maker/loaf machine; pool pump/pool filter; dental implant/tooth implant; drone/quadcopter; "
    "mattress/bed topper; vacuum cleaner/hoover; rice cooker/steamer; baby monitor/nursery camera; "
    "e-reader/ebook reader; garden hose/hosepipe; winter tyres/snow tires; bike helmet/cycling helmet; "
    "tent/camping shelter; sofa/couch; washing machine/washer; toaster/sandwich grill; sunscreen/sun lotion; "
    "perfume/fragrance; lipstick/lip gloss; printer/copier; router/wifi box; backpack/rucksack; "
    "suitcase/luggage; umbrella/parasol; blender/smoothie maker"
).split("; ")
_TRAITS = (
    "ceramic cordless leather waterproof organic vintage foldable wireless stainless kids mini professional compact "
    "heavy-duty quiet refurbished lightweight vegan solar-powered handmade industrial luxury budget adjustable "
    "scandinavian japanese italian german outdoor indoor portable smart manual automatic wooden bamboo carbon titanium "
    "silicone inflatable modular recycled hypoallergenic rechargeable insulated magnetic orthopedic electric retro"
).split()
_FORMS = (
    "{}|best {}|{} reviews|cheap {}|{} near me|how to choose a {}|{} for beginners|{} price|"
    "what is a {}|{} buying guide|top rated {}|{} 2025|buy {} online|{} comparison|is a {} worth it|"
    "{} tips|affordable {}|{} deals|{} ideas|{} for small spaces|{} maintenance|how to clean a {}|"
    "{} parts|{} size chart|{} warranty|{} alternatives|{} vs rental|{} accessories|{} problems|"
    "how long does a {} last|{} safety|{} delivery|used {}|{} gift|{} repair cost|who makes the best {}|"
    "{} recommendations|{} discount code|{} weight|{} installation|{} for families|{} on sale"
).split("|")


def keywords(count: int, *, seed: int = 5) -> tuple[list[str], list[int]]:
    """`count` distinct keywords in a mixed order, and for each the number of the product that it is about.

    Products and their keywords follow a Zipf law: few have hundreds of keywords, most a handful. There are about twelve
    keywords to a product whatever the count, as in exports, so that a longer list is a wider one.
    """
    choose = random.Random(seed)
    products = _products(max(20, count // 12), choose)
    weights = list(accumulate(1 / (rank + 3) ** 0.8 for rank in range(len(products))))
    found: dict[str, int] = {}
    while len(found) < count:
        product = min(bisect(weights, choose.random() * weights[-1]), len(products) - 1)
        form = _FORMS[min(int(choose.expovariate(0.12)), len(_FORMS) - 1)]
        text = form.format(choose.choice(products[product]))
        if text in found:  # the well-known forms of a product are taken: a longer tail
            text = f"{text} {choose.choice(_TRAITS[:20])} {choose.randint(1, 60)}"
        found.setdefault(text, product)
    texts = list(found)
    choose.shuffle(texts)
    return texts, [found[text] for text in texts]


def _products(count: int, choose: random.Random) -> list[list[str]]:
    """Distinct products, each with its names: a kind of thing, with no trait, one or two."""
    kinds = [kind.split("/") for kind in _KINDS]
    traits = [(), *((one,) for one in _TRAITS), *((a, b) for a in _TRAITS for b in _TRAITS if a < b)]
    every = [(kind, trait) for trait in traits for kind in kinds]
    chosen = every[: count * 3]
    choose.shuffle(chosen)
    return [[" ".join((*trait, name)) for name in kind] for kind, trait in chosen[:count]]
