"""The one line that a benchmark prints."""


def report(name: str, figure: float, *, unit: str, limit: float, at_most: bool = True) -> None:
    """Print `bench <name> <figure> <unit> budget <limit> ok|short`; a figure that misses its limit stays honest."""
    is_ok = figure <= limit if at_most else figure >= limit
    sign = "<=" if at_most else ">="
    print(f"bench {name} {figure:.3f} {unit} budget {sign}{limit:g} {'ok' if is_ok else 'short'}", flush=True)
