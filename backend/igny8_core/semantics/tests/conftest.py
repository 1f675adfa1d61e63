"""Owns the hand-made keyword lists of these tests; must never read a file."""

import pytest

# Each topic has keywords that share no word with its others: spelling alone must not be enough.
TOPICS = {
    "running shoes": """
        running shoes; best running shoes; running shoes for men; trail running shoes; running shoes for flat feet
        cheap running shoes; how to choose running shoes; jogging sneakers; marathon trainers; athletic footwear brands
        sneaker sizes; trainers for overpronation
    """,
    "coffee": """
        espresso machine; best espresso machine; espresso machine with grinder; how to clean an espresso machine
        espresso machine reviews; how to make espresso; best coffee beans for espresso; cappuccino maker
        latte art at home; milk frother; french press coffee; cold brew coffee ratio
    """,
    "mortgage": """
        mortgage calculator; mortgage rates today; refinance mortgage rates; current mortgage interest rates
        fixed rate mortgage; mortgage lenders near me; home loan calculator; house down payment
        home equity loan; refinancing a house; interest only loan; bank loan interest
    """,
    "dog training": """
        dog training; puppy training tips; how to train a puppy; dog obedience training; dog trainer near me
        how to potty train a puppy; crate training a puppy; canine behaviorist; stop puppies from biting
        leash pulling; house training a labrador; german shepherd commands
    """,
    "menopause": """
        menopause symptoms; signs of menopause; menopause hot flashes; menopause treatment; menopause weight gain
        perimenopause symptoms; what age does menopause start; night sweats in women; hormone replacement therapy
        low estrogen; irregular periods after 45; estrogen patch side effects
    """,
    "email marketing": """
        email marketing software; best email marketing software; email marketing tools; email marketing examples
        email marketing strategy; how to start email marketing; newsletter platform; subject line examples
        drip campaigns; newsletter templates; grow a subscriber list; campaign automation tools
    """,
}


def _keywords(listing: str) -> list[str]:
    return [
        keyword.strip() for line in listing.splitlines() for keyword in line.split(";") if keyword.strip()
    ]


@pytest.fixture(scope="session")
def keywords() -> list[str]:
    return [keyword for listing in TOPICS.values() for keyword in _keywords(listing)]


@pytest.fixture(scope="session")
def topics(keywords: list[str]) -> list[str]:
    """The topic of each keyword, in their order."""
    return [topic for topic, listing in TOPICS.items() for _ in _keywords(listing)]
