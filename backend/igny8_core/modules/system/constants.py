"""Limits and sample values of the system room; it must never read a row."""

PROMPT_MAX_LENGTH = 8000

# The name under which the model that ships with the product is served on this machine.
EMBEDDED_MODEL = "smollm2-135m-instruct"

# What a room can put into its prompts, by the first word of the prompt's key, each with a value for the preview.
SAMPLE_VALUES: dict[str, dict[str, str]] = {
    "writer": {
        "title": "How to Choose a Standing Desk",
        "head_keyword": "standing desk",
        "secondary_keywords": "standing desk height, electric standing desk",
        "search_intent": "commercial",
        "audience": "people who work from home",
        "language": "English",
        "heading": "Which height is right for you",
        "point": "How high should a standing desk be?",
        "target_words": "80",
    },
}
