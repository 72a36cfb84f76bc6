"""The store: transactions, and the file that they end in."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path

import pytest
from store_samples import article, filled, fingerprint

from provenance.config import Parameters
from provenance.store import Store

# -- transactions and files ------------------------------------------------------------------


def test_nested_transactions_are_one(store: Store) -> None:
    page = article("alpha")
    with pytest.raises(RuntimeError), store.transaction():
        with store.transaction():
            store.add_article(page, "original", fingerprint(page), ())
        raise RuntimeError
    assert store.article(page.id) is None
    with store.transaction(), store.transaction():
        store.add_article(page, "original", fingerprint(page), ())
    assert store.article(page.id) == page
    assert not store.conn.in_transaction


def test_everything_is_in_the_file_once_closed(tmp_path: Path) -> None:
    path = tmp_path / "p.db"
    store = Store.open(path)
    first, *_ = filled(store)
    store.close()
    store.close()
    assert [entry.name for entry in tmp_path.iterdir()] == ["p.db"]
    with Store.open(path, create=False) as again:
        assert again.article(first.id) == first
        assert again.parameters == store.parameters and again.path == path


def test_killed_in_the_middle_of_its_writing(tmp_path: Path) -> None:
    path = tmp_path / "p.db"
    script = (
        "import os, sys; sys.path.insert(0, sys.argv[2])\n"
        "from pathlib import Path\n"
        "from store_samples import article, fingerprint\n"
        "from provenance.store import Store\n"
        "store = Store.open(Path(sys.argv[1]))\n"
        "def add(name):\n"
        "    page = article(name)\n"
        "    store.add_article(page, 'original', fingerprint(page), ())\n"
        "with store.transaction():\n"
        "    for i in range(50): add(f'kept{i}')\n"
        "with store.transaction():\n"
        "    for i in range(50): add(f'lost{i}')\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    here = str(Path(__file__).parent)
    done = subprocess.run([sys.executable, "-c", script, str(path), here], check=False)
    assert done.returncode == -9
    with Store.open(path) as store:
        assert store.generation == store.size() == 50
        assert store.originals(query="lost1") == [] and store.check() == []


def test_new_databases_have_seeds_of_their_own(tmp_path: Path) -> None:
    seeds = set()
    for number in range(4):
        with Store.open(tmp_path / f"{number}.db") as store:
            seeds.add(store.parameters.seed)
            assert dataclasses.replace(store.parameters, seed=1) == Parameters()
    assert len(seeds) == 4


def test_two_programs_at_once(tmp_path: Path) -> None:
    path = tmp_path / "p.db"
    one, two = article("alpha"), article("beta")
    with Store.open(path) as first, Store.open(path) as second:
        assert first.parameters == second.parameters
        with first.transaction():
            first.add_article(one, "original", fingerprint(one), ())
            assert second.size() == 0  # readers aren't held up, and see only what is committed
        second.add_article(two, "original", fingerprint(two), ())
        assert first.size() == second.size() == 2
