"""What the operators' guide tells is so: metrics, alerts, dashboard; and a copy taken while the bot runs is whole."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from bot.exits import Status
from bot.metrics import Metrics, Outcome, Way
from bot.state import StateFile
from retrieval.embedder_choice import embedder_for_asking
from retrieval.embedding import Embedder
from retrieval.generations import KEPT, current
from retrieval.indexing import refresh
from retrieval.library import Library
from retrieval.store import Store, read_manifest

ROOT = Path(__file__).parents[1]
OPERATING = ROOT / "docs/operating"
GUIDE = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
ALERTS: dict[str, Any] = yaml.safe_load((OPERATING / "alerts.yaml").read_text(encoding="utf-8"))
DASHBOARD: dict[str, Any] = json.loads((OPERATING / "dashboard.json").read_text(encoding="utf-8"))

FAMILIES = tuple(text_string_to_metric_families(Metrics().page().decode()))
SAMPLES = {sample.name for family in FAMILIES for sample in family.samples}
LABELS = {label for family in FAMILIES for sample in family.samples for label in sample.labels} | {"job", "instance"}


def section(title: str) -> str:
    """Return what stands under a heading of the guide."""
    return GUIDE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


# Metrics


def test_the_guide_explains_every_metric_and_no_other() -> None:
    there = {f"{family.name}_total" if family.type == "counter" else family.name for family in FAMILIES}
    there = {name for name in there if not name.endswith("_created")}
    assert set(re.findall(r"^\| `((?:rapporteur|process)_\w+)` \|", section("Metrics"), re.MULTILINE)) == there


def test_the_guide_explains_every_label() -> None:
    assert {f"`{each}`" for each in (*Way, *Outcome)} <= set(re.findall(r"`\w+`", section("Metrics")))


def expressions() -> Iterator[tuple[str, str]]:
    """Yield where each expression stands, and it."""
    for group in ALERTS["groups"]:
        yield from ((rule["alert"], rule["expr"]) for rule in group["rules"])
    for panel in DASHBOARD["panels"]:
        yield from ((panel["title"], target["expr"]) for target in panel["targets"])


@pytest.mark.parametrize(("where", "expression"), [pytest.param(*each, id=each[0]) for each in expressions()])
def test_an_expression_is_about_metrics_that_there_are(where: str, expression: str) -> None:
    assert expression.count("(") == expression.count(")")
    named = set(re.findall(r"\b(?:rapporteur|process)_\w+", expression))
    assert named <= SAMPLES
    assert named or expression.startswith("up{")
    for matchers in re.findall(r"\{([^}]*)\}", expression):
        assert set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", matchers)) <= LABELS
    for outcome in re.findall(r'outcome="(\w+)"', expression):
        assert outcome in set(Outcome)


def test_every_alert_says_how_bad_it_is_and_what_to_do_and_the_guide_has_it() -> None:
    rules = [rule for group in ALERTS["groups"] for rule in group["rules"]]
    for rule in rules:
        assert rule.keys() == {"alert", "expr", "for", "labels", "annotations"}
        assert re.fullmatch(r"\d+[smhd]", rule["for"])
        assert rule["labels"]["severity"] in {"critical", "warning", "info"}
        assert rule["annotations"].keys() == {"summary", "description"}
    assert ALERTS.keys() == {"groups"}
    names = [rule["alert"] for rule in rules]
    assert len(set(names)) == len(names)
    assert set(re.findall(r"^\| `(Rapporteur\w+)` \|", GUIDE, re.MULTILINE)) == set(names)


def test_the_dashboard_is_one_that_grafana_loads() -> None:
    assert DASHBOARD["id"] is None  # one that is there is not overwritten by its number
    assert DASHBOARD["schemaVersion"] >= 36
    assert re.fullmatch(r"[\w-]{1,40}", DASHBOARD["uid"])
    (source,) = DASHBOARD["templating"]["list"]
    assert (source["type"], source["query"]) == ("datasource", "prometheus")
    cells: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        assert panel["type"] in {"timeseries", "stat"}
        assert panel["datasource"] == {"type": "prometheus", "uid": f"${{{source['name']}}}"}
        assert panel["targets"]
        assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"])
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        mine = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & mine
        cells |= mine
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)


def test_the_dashboard_shows_every_metric_of_the_bot() -> None:
    shown = {name for panel in DASHBOARD["panels"] for target in panel["targets"] for name in
             re.findall(r"\brapporteur_\w+", target["expr"])}  # fmt: skip
    families = {family.name for family in FAMILIES if family.name.startswith("rapporteur_")}
    assert {name for name in families if not name.endswith("_created")} == {
        re.sub(r"_(total|bucket)$", "", name) for name in shown
    }


def test_the_guide_tells_the_exit_statuses_of_the_bot() -> None:
    rows = {int(number) for number in re.findall(r"^\| (\d+) \|", section("Exit statuses"), re.MULTILINE)}
    assert rows == {Status.DONE, Status.PERMANENT, Status.FAULT, 137}
    assert rows - {137} <= set(Status)


# Backup


@contextmanager
def busy(*work: Any) -> Iterator[None]:
    """Do each of some things again and again, in a thread, until the block ends; what one raises is raised here."""
    ended = threading.Event()
    errors: list[BaseException] = []

    def again(one: Any) -> None:
        number = 0
        try:
            while not ended.is_set():
                one(number)
                number += 1
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=again, args=(one,)) for one in work]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join()
    assert not errors


def test_a_copy_taken_while_refreshes_go_on_is_whole_and_answers(
    tmp_path: Path, real_folder: Path, real_embedder: Embedder
) -> None:
    data = tmp_path / "data"
    index, documents = data / "index" / "canteen", data / "documents"
    documents.mkdir(parents=True)
    shutil.copytree(real_folder / "models", index / "models")
    state = StateFile(data / "state.sqlite")

    def refreshed(number: int) -> None:
        text = f"The canteen\n\nThe canteen opens at seven. This is notice {number} of the kitchen.\n"
        (documents / "Canteen.txt").write_text(text, encoding="utf-8")
        refresh(documents, index, real_embedder, lambda phase, done, total: None)

    def kept(number: int) -> None:
        with state.writing() as connection:  # together, or not at all
            for name in ("first", "second"):
                connection.execute("INSERT OR REPLACE INTO kept VALUES (?, ?)", (name, str(number)))

    refreshed(0)
    kept(0)
    generations = set()
    with closing(state), busy(refreshed, kept):
        for number in range(4):
            copy = tmp_path / "copies" / str(number)
            subprocess.run(["sh", OPERATING / "backup.sh", data, copy], check=True, env=with_this_python())
            generations.add(_assert_whole(copy))
            Store.open(current(index)).close()  # a little time passes
    assert len(generations) > 1
    assert len([each for each in index.iterdir() if re.match(r"\d", each.name)]) <= KEPT


def with_this_python() -> dict[str, str]:
    return {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}


def _assert_whole(copy: Path) -> str:
    """Open a copy as the bot would, all checksums compared; return the name of its generation."""
    index = copy / "index" / "canteen"
    made_with = read_manifest(current(index)).model
    with Library.open(index, embedder_for_asking(None, index, made_with), check=True) as library:
        assert library.answer("When does the canteen open?").found
    with closing(sqlite3.connect(copy / "state.sqlite")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        first, second = (value for (value,) in database.execute("SELECT value FROM kept ORDER BY name"))
        assert first == second
    with closing(sqlite3.connect(index / "log.sqlite")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert (copy / "documents" / "Canteen.txt").is_file()
    return current(index).name
