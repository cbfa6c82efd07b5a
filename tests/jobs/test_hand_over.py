"""Batch files on their way to the outbox, and a tick that was killed before."""

import errno
import json
from pathlib import Path

import pytest

from parcours.jobs.commit import settle_unless_running, staging_of
from parcours.jobs.handing_over import hand_over
from parcours.jobs.places import read_places
from parcours.jobs.store import Store

BATCH = {
    "batch_id": "b1",
    "channel": "email",
    "route": None,
    "row_count": 1,
    "first_send_at": "2026-03-02T09:00:00Z",
    "last_send_at": "2026-03-02T09:00:00Z",
    "path": "outbox/email/b1.jsonl",
    "format": "jsonl",
    "sha256": "0",
    "tick_until": "2026-03-03T00:00:00Z",
    "below_outbox": "email/b1.jsonl",
}


def staged(folder: Path, outbox: str = "outbox") -> Store:
    """A store whose staging holds the file of the batch."""
    (folder / "parcours.yaml").write_text(f"name: shop\noutbox: {outbox}\n")
    store = Store(read_places(folder))  # type: ignore[arg-type]  # a store uses places alone
    store.ensure("delivery_batches")
    file = staging_of(store).files / "email" / "b1.jsonl"
    file.parent.mkdir(parents=True)
    file.write_text("{}\n")
    return store


def test_an_outbox_may_lie_on_another_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = staged(tmp_path)
    rename = Path.replace

    def on_one_disk(file: Path, target: Path) -> Path:
        if ".staging" in file.parts and "outbox" in target.parts:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return rename(file, target)

    monkeypatch.setattr(Path, "replace", on_one_disk)
    hand_over(store, staging_of(store).files, [BATCH])
    folder = tmp_path / "outbox" / "email"
    assert sorted(file.name for file in folder.iterdir()) == ["b1.jsonl", "b1.jsonl.manifest.json"]
    assert (folder / "b1.jsonl").read_text() == "{}\n"
    assert not (staging_of(store).files / "email" / "b1.jsonl").exists()


def test_an_outbox_may_be_the_uri_of_a_folder(tmp_path: Path) -> None:
    store = staged(tmp_path, f"file://{tmp_path}/out")
    assert store.project.outbox == f"file://{tmp_path}/out"
    hand_over(store, staging_of(store).files, [BATCH])
    assert (tmp_path / "out" / "email" / "b1.jsonl").read_text() == "{}\n"


def test_a_manifest_of_a_warehouse_that_is_gone_is_written_anew(tmp_path: Path) -> None:
    store = staged(tmp_path)
    manifest = tmp_path / "outbox" / "email" / "b1.jsonl.manifest.json"
    manifest.parent.mkdir(parents=True)
    manifest.write_text('{"sha256": "of another file"}\n')
    hand_over(store, staging_of(store).files, [BATCH])
    assert json.loads(manifest.read_text())["sha256"] == "0"


def test_whoever_may_run_beside_a_tick_settles_one_that_was_killed(tmp_path: Path) -> None:
    store = staged(tmp_path)
    staging_of(store).open("2026-03-03T00:00:00.000000Z")
    with store.exclusive():
        settle_unless_running(store)
        assert staging_of(store).pending.exists()  # it is under way
    settle_unless_running(store)
    assert not staging_of(store).folder.exists()
