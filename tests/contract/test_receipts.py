"""Whoever makes a receipt, in whatever language, makes the same one: docs/receipt-vectors.json."""

import importlib.util
import json
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID

import pytest
from qiaotou_verifier.bundle import canonical, hashes_of

from services.governance.vote.ballot import Ballot, leaf_of, receipt_of

ROOT = Path(__file__).resolve().parents[2]
MAKERS = ROOT / "clients" / "receipts"
VECTORS = json.loads((ROOT / "docs" / "receipt-vectors.json").read_text("utf-8"))["vectors"]
IN_NODE = """
import { canonical, kept, make, receipt } from "./receipts.mjs";
import { readFileSync } from "node:fs";
const { vectors } = JSON.parse(readFileSync(process.argv[1], "utf-8"));
const said = [];
for (const { leaf } of vectors) said.push([canonical(leaf), await receipt(leaf)]);
const made = await kept(make(["yes"]));
const named = await kept(make(["no"], { entitlement_id: "e", area_hundredths_m2: 8950 }));
console.log(JSON.stringify({ said, made: JSON.parse(made), named: JSON.parse(named) }));
"""


@pytest.fixture(scope="module")
def python() -> ModuleType:
    spec = importlib.util.spec_from_file_location("receipts", MAKERS / "receipts.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["receipts"] = module
    spec.loader.exec_module(module)
    return module


def a_ballot(leaf: dict[str, Any]) -> Ballot:
    entitlement = leaf.get("entitlement_id")
    return Ballot(
        id=UUID(leaf["ballot_id"]),
        choice=tuple(leaf["choice"]),
        nonce=leaf["nonce"],
        entitlement_id=None if entitlement is None else UUID(entitlement),
        area_hundredths_m2=leaf.get("area_hundredths_m2", 0),
    )


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_the_service_the_verifier_and_the_maker_make_the_receipt_of_the_vectors(
    vector: dict[str, Any], python: ModuleType
) -> None:
    leaf, canonical_json = vector["leaf"], vector["canonical"].encode()
    assert sha256(b"\x00" + canonical_json).hexdigest() == vector["receipt"]
    assert (leaf_of(a_ballot(leaf)), receipt_of(a_ballot(leaf))) == (canonical_json, vector["receipt"])
    assert (canonical(leaf), hashes_of([leaf])[0].hex()) == (canonical_json, vector["receipt"])
    weight = {name: leaf[name] for name in ("area_hundredths_m2", "entitlement_id") if name in leaf}
    made = python.Ballot(leaf["ballot_id"], tuple(leaf["choice"]), leaf["nonce"], weight)
    assert (python.canonical(made.leaf), made.receipt) == (canonical_json, vector["receipt"])


def test_a_new_ballot_has_a_random_id_and_nonce_and_what_is_kept_verifies(python: ModuleType) -> None:
    one, other = python.make(["yes"]), python.make(["yes"])
    assert UUID(one.ballot_id).version == 4
    assert (len(one.nonce), one.nonce != other.nonce, one.receipt != other.receipt) == (64, True, True)
    kept = json.loads(one.kept)
    assert hashes_of([kept["leaf"]])[0].hex() == kept["receipt"]
    named = python.make(["no"], entitlement_id="e", area_hundredths_m2=8_950)
    assert named.leaf.keys() == {*one.leaf, "entitlement_id", "area_hundredths_m2"}


def test_the_same_in_node() -> None:
    assert shutil.which("node") is not None, "this needs Node 18 or later: install nodejs"
    ran = subprocess.run(
        ["node", "--input-type=module", "-e", IN_NODE, str(ROOT / "docs" / "receipt-vectors.json")],
        cwd=MAKERS,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    answer = json.loads(ran.stdout)
    assert answer["said"] == [[each["canonical"], each["receipt"]] for each in VECTORS]
    for made, fields in ((answer["made"], 3), (answer["named"], 5)):
        assert len(made["leaf"]) == fields
        assert hashes_of([made["leaf"]])[0].hex() == made["receipt"]
        assert (UUID(made["leaf"]["ballot_id"]).version, len(made["leaf"]["nonce"])) == (4, 64)
