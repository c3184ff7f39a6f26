"""Sites: tubes, coverage, laboratory, gates."""

from __future__ import annotations

from uuid import UUID

from muster.core.access import Actor, scope
from muster.domain.sampling.models import Tube
from muster.domain.worklists.models import WorkItem
from tests.commandpost.desk import BASE, NAME, signed_in, text
from tests.commandpost.services import served, tube

__all__ = ["served"]
PAGE = BASE + "sites/"


def test_the_table_is_held_against_the_system(served: UUID, commander: Actor) -> None:
    page = text(signed_in(commander, "en").get(PAGE))
    assert "counted 1, system 2" in page
    assert "1 missing" in page


def test_a_tube_shows_masked_seats_and_custody(served: UUID, commander: Actor) -> None:
    page = text(signed_in(commander, "en").get(f"{PAGE}tubes/{tube(served, 'T4821')}/drawer/"))
    assert NAME not in page
    assert "王" in page
    assert "handed over: 市疾控" in page


def test_a_positive_pool_makes_resamples(served: UUID, commander: Actor) -> None:
    client = signed_in(commander, "en")
    one = tube(served, "T4821")
    assert client.post(f"{PAGE}tubes/{one}/result/", {"result": "positive"}).status_code == 302
    assert client.post(f"{PAGE}tubes/{one}/result/", {"result": "perhaps"}).status_code == 422
    with scope(commander, served):
        assert Tube.objects.get(pk=one).result == "positive"
        assert WorkItem.objects.filter(kind="resample").exists()
    assert "Positive pools" in text(client.get(PAGE + "laboratory/"))


def test_tubes_are_narrowed(served: UUID, commander: Actor) -> None:
    client = signed_in(commander)
    assert "T4822" not in text(client.get(PAGE + "tubes/?state=handed_over"))
    assert "T4821" not in text(client.get(PAGE + "tubes/?code=22"))


def test_strangers_open_nothing(served: UUID, outsider: Actor, tracer: Actor) -> None:
    one = tube(served, "T4821")
    assert signed_in(outsider).get(f"{PAGE}tubes/{one}/drawer/").status_code == 404
    assert signed_in(tracer).post(f"{PAGE}tubes/{one}/result/", {"result": "negative"}).status_code == 403
