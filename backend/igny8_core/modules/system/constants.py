"""Limits and sample values of the system room; it must never read a row."""

PROMPT_MAX_LENGTH = 8000

# The name under which the model that ships with the product is served on this machine.
EMBEDDED_MODEL = "smollm2-135m-instruct"

# A person sees this many earlier texts of a prompt; older ones stay in the database.
REVISIONS_SHOWN = 50

NOTIFICATION_LENGTH = 300
NOTIFICATION_DAYS = 90
MARK_ALL_LIMIT = 5_000

VOICE_LENGTH = 500
AUDIENCE_LENGTH = 300
CALL_TO_ACTION_LENGTH = 300
NOTES_LENGTH = 2_000
EXAMPLE_LENGTH = 4_000
PHRASES_MAX = 50
PHRASE_LENGTH = 80

# What a kind's own name does not say well in words.
JOB_TITLES = {
    "automation.advance_run": "Pipeline step",
    "integration.check_destinations": "Check connections",
    "integration.sync_posts": "Read posts and pages",
    "integration.sync_taxonomies": "Read categories and tags",
    "planner.cluster_keywords": "Group keywords into clusters",
    "planner.generate_ideas": "Find ideas",
    "planner.preview_clusters": "Try granularities",
    "publisher.follow_deletions": "Tidy up preview pages",
}
# Jobs whose rooms tell of a failure themselves, with more to say than the job knows.
TOLD_BY_THEIR_ROOM = frozenset({"automation.advance_run", "publisher.publish_article"})

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
        "brand": "Voice: warm and plain.",
    },
}
