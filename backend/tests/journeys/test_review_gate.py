"""What the preview shows is not let through to a CMS unread: held by its score, approved by a person, posted once."""

from pathlib import Path
from typing import Any

import pytest

from igny8_core.modules.automation.tests.fake_model import FakeModel
from igny8_core.modules.automation.tests.processes import EXAMPLE, pipeline, wait_for, worker
from igny8_core.modules.publisher.tests.fake_wordpress import FakeWordPress
from igny8_core.testing.clients import client_of
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db(transaction=True)

API = "/api/v1"


def test_low_score_is_held_before_a_cms_approved_and_then_published_once(
    paying: Tenant, model: FakeModel, environment: dict[str, str], tmp_path: Path
) -> None:
    member = client_of(paying.member)

    def data(path: str) -> Any:
        return member.get(f"{API}/{path}").json()["data"]

    with FakeWordPress().serving() as wordpress, worker(environment, folder=tmp_path) as process:
        written = pipeline(EXAMPLE, "--site", paying.site.domain, "--articles", "1", environment=environment)
        assert written.returncode == 0, "the preview asks for no score"
        (article,) = member.get(f"{API}/writer/articles/").json()["results"]
        connected = client_of(paying.owner).post(
            f"{API}/integration/destinations/",
            {
                "site": str(paying.site.pk),
                "name": "Blog",
                "base_url": wordpress.url,
                "username": "anna",
                "application_password": "abcd EFGH ijkl MNOP",
                "minimum_score": 90,
            },
        )
        asked = {"article": article["id"], "destination": connected.json()["data"]["id"]}

        held = member.post(f"{API}/publisher/publications/", asked)
        score = member.get(f"{API}/optimizer/scores/?article={article['id']}").json()["results"][0]["total"]
        assert score < 90
        assert (held.status_code, held.json()["code"], held.json()["error"]) == (
            409,
            "article_held",
            f"The article scores {score} of 100 and “Blog” asks for 90: it waits for review.",
        )
        (waiting,) = member.get(f"{API}/writer/articles/?review_state=pending").json()["results"]
        assert waiting["id"] == article["id"]
        assert wordpress.writes == []

        body = {"version": waiting["version"], "comment": "Good enough."}
        assert member.post(f"{API}/writer/articles/{article['id']}/approve/", body).status_code == 200
        accepted = member.post(f"{API}/publisher/publications/", asked)
        assert accepted.status_code == 202
        path = f"publisher/publications/{accepted.json()['data']['publication_id']}/"
        wait_for(lambda: data(path)["state"] == "published", "the post", process=process)

        again = member.post(f"{API}/publisher/publications/", asked).json()["data"]
        assert again["publication_id"] == accepted.json()["data"]["publication_id"]
        wait_for(
            lambda: data(f"system/jobs/{again['job_id']}/")["state"] == "succeeded",
            "the second job",
            process=process,
        )
        assert [post["title"] for post in wordpress.public] == [article["title"]]
        assert len(wordpress.posts) == 1
        assert data(path)["url"] == f"{wordpress.url}/{article['slug']}/"
