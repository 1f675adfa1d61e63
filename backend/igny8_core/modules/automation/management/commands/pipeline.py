"""`manage.py pipeline`: the main job from a terminal; it ends well only when every post is at its destination."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from igny8_core.common.errors import DomainError
from igny8_core.modules.automation.constants import MAX_ARTICLES, RunState, Switch
from igny8_core.modules.automation.terminal import (
    Follower,
    NoWorker,
    Order,
    account_choose,
    line_writer,
    order_place,
    password_ask,
)
from igny8_core.modules.automation.types import RunStatus

EXIT_WAITING = 4  # for people: nothing is wrong, and not every post is published


class Command(BaseCommand):
    """Import an export, cluster it, make ideas, write articles, score and publish them."""

    help = (
        "Run the pipeline on a keyword export and follow it; running it again resumes and duplicates nothing."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments; the application password is never one of them."""
        parser.add_argument("file", type=Path, help="a Semrush or Ahrefs keyword export (CSV)")
        parser.add_argument("--site", required=True, help="the site's domain")
        parser.add_argument(
            "--articles", type=int, default=3, help=f"how many to publish, 1 to {MAX_ARTICLES}"
        )
        parser.add_argument("--destination", choices=["preview", "wordpress"], default="preview")
        parser.add_argument("--wp-url", help="address of the WordPress site")
        parser.add_argument(
            "--wp-user", help="user of the application password (WP_APP_PASSWORD, or asked for)"
        )
        parser.add_argument("--account", help="id or name, when there is more than one account")

    def handle(self, *args: Any, **options: Any) -> None:
        """Place the order and follow it; exit code 0 only when all posts are confirmed at the destination."""
        try:
            self._run(options)
        except NoWorker as error:
            raise CommandError(str(error), returncode=3) from None
        except DomainError as error:
            raise CommandError(error.message, returncode=2) from None
        except OperationalError:
            raise CommandError(
                "The database does not answer; start everything with make run.", returncode=3
            ) from None
        except KeyboardInterrupt:
            raise CommandError(
                "The run goes on; the same command follows it again.", returncode=130
            ) from None

    def _run(self, options: dict[str, Any]) -> None:
        if not 1 <= options["articles"] <= MAX_ARTICLES:
            raise CommandError(f"--articles must be from 1 to {MAX_ARTICLES}.", returncode=2)
        is_wordpress = options["destination"] == "wordpress"
        if is_wordpress and not (options["wp_url"] and options["wp_user"]):
            raise CommandError("--destination wordpress needs --wp-url and --wp-user.", returncode=2)
        order = Order(
            file=options["file"],
            domain=options["site"],
            article_count=options["articles"],
            wordpress_url=options["wp_url"] if is_wordpress else "",
            wordpress_user=options["wp_user"] if is_wordpress else "",
            wordpress_password=password_ask(options["wp_user"]) if is_wordpress else "",
        )
        context = account_choose(options["account"])
        follower = Follower(context, say=line_writer(self.stdout))
        status = follower.follow(order_place(order, context=context))
        if status.published_count < status.article_count:
            raise CommandError(
                f"{status.published_count} of {status.article_count} posts are published. {_reason(status)}",
                returncode=EXIT_WAITING if status.state == RunState.WAITING else 1,
            )


def _reason(status: RunStatus) -> str:
    if not status.error_message and Switch.PUBLISH not in status.switches:
        return "Publishing is switched off in the site's settings."
    return status.error_message or f"The run is {status.state}."
