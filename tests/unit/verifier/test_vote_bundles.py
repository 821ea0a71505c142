"""Every way of changing a vote's bundle is found, and by the check that is about it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from qiaotou_verifier import merkle, rules
from qiaotou_verifier.bundle import Bundle, hashes_of
from qiaotou_verifier.cli import main
from qiaotou_verifier.votes import Asked, Kept, State, verify_vote

from tests.support.ballots import (
    KEY,
    OTHER_KEY,
    Object,
    a_bundle,
    a_secret_vote,
    an_election,
    an_open_vote,
    hashed_again,
    public_of,
    signed_again,
)

KNOWN = Asked(key=public_of(KEY))
ELECTION = an_election(
    ("a", "b"), ("a",), ("a", "b"), ("a", "c"), ("b",), candidates=("a", "b", "c"), seats=2, eligible=8
)
Change = Callable[[Object], Any]


SECRET = json.dumps(a_bundle(a_secret_vote(yes=6, no=2, abstain=1, invalid=1)))
OPEN = json.dumps(a_bundle(an_open_vote(yes=7, no=2, abstain=1, quarantined=1)))


def a_secret_bundle() -> Object:
    return dict(json.loads(SECRET))


def an_open_bundle() -> Object:
    return dict(json.loads(OPEN))


def failing(content: Object, asked: Asked = KNOWN) -> set[str]:
    return {line.check for line in verify_vote(Bundle(content), asked).lines if line.state is State.FAILS}


@pytest.mark.parametrize("made", [a_secret_bundle, an_open_bundle, lambda: a_bundle(ELECTION)])
def test_an_untouched_bundle_holds(made: Callable[[], Object]) -> None:
    report = verify_vote(Bundle(made()), KNOWN)
    assert report.holds, report.lines
    assert {line.check for line in report.lines if line.state is State.NOT_DONE} == {"board"}


def flip(content: Object) -> None:
    choice = next(each for each in content["ballots"] if each["choice"] == ["no"])
    choice["choice"] = ["yes"]


def drop(content: Object) -> None:
    del content["ballots"][3]


def add(content: Object) -> None:
    content["ballots"].append(
        content["ballots"][0] | {"ballot_id": "00000000-0000-4000-8000-000000000001", "choice": ["yes"]}
    )


def twice(content: Object) -> None:
    content["ballots"].append(dict(content["ballots"][0]))


def reorder(content: Object) -> None:
    content["ballots"].reverse()


def set_in(*path: Any) -> Change:
    *folders, name, value = path

    def change(content: Object) -> None:
        for each in folders:
            content = content[each]
        assert json.dumps(content[name]) != json.dumps(value)
        content[name] = value

    return change


def drop_entry(content: Object) -> None:
    del content["roll"]["leaves"][2]


def swap_entries(content: Object) -> None:
    roll = content["roll"]["leaves"]
    roll[0], roll[1] = roll[1], roll[0]


def entry_twice(content: Object) -> None:
    content["roll"]["leaves"].insert(0, dict(content["roll"]["leaves"][0]))


def open_twice(content: Object) -> None:
    content["ballots"][1] |= {
        name: content["ballots"][0][name] for name in ("entitlement_id", "area_hundredths_m2")
    }


A_HASH = "ab" * 32
AN_ID = "00000000-0000-4000-8000-000000000000"
CHANGES: dict[str, tuple[Change, str]] = {
    "a changed ballot": (flip, "ballots"),
    "a dropped ballot": (drop, "ballots"),
    "an added ballot": (add, "ballots"),
    "a ballot twice": (twice, "ballots"),
    "reordered ballots": (reorder, "ballots"),
    "a changed nonce": (set_in("ballots", 0, "nonce", A_HASH), "ballots"),
    "an option that is none": (set_in("ballots", 0, "choice", ["maybe"]), "ballots"),
    "two options of one": (set_in("ballots", 0, "choice", ["yes", "no"]), "ballots"),
    "an extra field of a ballot": (set_in("ballots", 0, {"ballot_id": AN_ID}), "ballots"),
    "ballots left out": (lambda content: content.pop("ballots"), "ballots"),
    "another number of ballots": (set_in("ballots_count", 9), "ballots"),
    "another root of the ballots": (set_in("ballots_root", A_HASH), "ballots"),
    "more quarantined than took part": (set_in("quarantined", 5), "ballots"),
    "fewer ballots than took part": (set_in("participated", 11), "ballots"),
    "more part than there are": (set_in("participated", 13), "ballots"),
    "a dropped entry of the roll": (drop_entry, "roll"),
    "reordered entries of the roll": (swap_entries, "roll"),
    "other electors of an entry": (set_in("roll", "leaves", 0, "electors", A_HASH), "roll"),
    "another area of an entry": (set_in("roll", "leaves", 0, "area_hundredths_m2", 1), "roll"),
    "another entitlement": (set_in("roll", "leaves", 0, "entitlement_id", AN_ID), "roll"),
    "another count of the roll": (set_in("roll", "count", 11), "roll"),
    "another area of the roll": (set_in("roll", "area_hundredths_m2", 5), "roll"),
    "another root of the roll": (set_in("roll", "root", A_HASH), "roll"),
    "an easier rule": (set_in("rule", "valid_if", []), "rule"),
    "a rule of another name": (set_in("rule", "code", "CN-2026.made_up"), "rule"),
    "another hash of the rule": (set_in("rule_hash", A_HASH), "rule"),
    "a rule for others": (set_in("rule", "electorates", ["owners"]), "vote"),
    "a rule for elections": (set_in("rule", "subject", "election"), "rule"),
    "an election's rule": (set_in("rule", "code", "CN-2026.election"), "rule"),
    "other totals": (set_in("totals", "options", "yes", "heads", 7), "tally"),
    "another total": (set_in("totals", "all", "heads", 11), "tally"),
    "an invalid one less": (set_in("totals", "invalid", "heads", 0), "tally"),
    "other counts": (set_in("counts", "y", 7), "outcome"),
    "a smaller whole": (set_in("counts", "n", 11), "outcome"),
    "another outcome": (lambda content: content["outcome"].update(passed=False), "outcome"),
    "an outcome that is no truth": (set_in("outcome", "passed", 1), "outcome"),
    "another reason": (set_in("outcome", "decided_by", "2y > p: 14 > 10"), "outcome"),
    "another question": (set_in("vote", "question", "text", "是否同意涨价?"), "question"),
    "another hash of the question": (set_in("vote", "question", "sha256", A_HASH), "question"),
    "another mode": (set_in("vote", "mode", "public"), "vote"),
    "another option": (set_in("vote", "options", 2, "yes"), "vote"),
    "closed before it opened": (set_in("vote", "closed_at", "2026-03-01T00:00:00.000000Z"), "vote"),
    "another place": (set_in("vote", "place", "c02"), "signature"),
    "another day of the roll": (set_in("roll", "as_of", "2026-03-01"), "signature"),
    "another district": (set_in("district", "140302"), "signature"),
    "another signature": (set_in("signature", "00" * 64), "signature"),
    "no signature": (lambda content: content.pop("signature"), "signature"),
}
BY_SIGNATURE_ALONE = {"another place", "another day of the roll", "another district"}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_found_by_its_own_check(name: str) -> None:
    change, check = CHANGES[name]
    content = a_secret_bundle()
    change(content)
    assert check in failing(content)


@pytest.mark.parametrize(
    "name", sorted(CHANGES.keys() - BY_SIGNATURE_ALONE - {"another signature", "no signature"})
)
def test_a_change_is_found_even_where_the_districts_own_key_signs_it(name: str) -> None:
    change, check = CHANGES[name]
    content = a_secret_bundle()
    change(content)
    found = failing(signed_again(content))
    assert check in found
    assert "signature" not in found


@pytest.mark.parametrize("change", [flip, drop, add, drop_entry])
def test_whoever_hashes_again_but_lacks_the_key_is_found_by_the_signature(change: Change) -> None:
    content = a_secret_bundle()
    change(content)
    assert failing(hashed_again(content)) >= {"signature"}


def change_and_hash_again(change: Change) -> Object:
    """Everything follows from everything again: what only a thief of the key can publish."""
    content = a_secret_bundle()
    change(content)
    hashed_again(content)
    count, totals = content["roll"]["count"], content["totals"]
    p, y = totals["all"]["heads"], totals["options"]["yes"]["heads"]
    content["participated"] = p + content["quarantined"]
    content["counts"] = {"n": count, "p": p, "y": y}
    content["outcome"] |= {"decided_by": f"2y > p: {2 * y} > {p}"}
    for judged, (left, right) in zip(
        content["outcome"]["inequalities"], [(2 * p, count), (2 * y, p)], strict=True
    ):
        judged |= {"left": left, "right": right}
    return content


def named(content: Object, asked: Asked = KNOWN) -> set[tuple[str, str]]:
    lines = verify_vote(Bundle(content), asked).lines
    return {(line.check, each.name) for line in lines if line.state is State.FAILS for each in line.texts}


def root_again(content: Object) -> Object:
    content["ballots_root"] = merkle.root_of(hashes_of(content["ballots"])).hex()
    content["roll"]["root"] = merkle.root_of(hashes_of(content["roll"]["leaves"])).hex()
    content["rule_hash"] = rules.hash_of(content["rule"])
    return signed_again(content)


@pytest.mark.parametrize(
    ("made", "change", "fault"),
    [
        (a_secret_bundle, reorder, ("ballots", "leaf_order")),
        (a_secret_bundle, twice, ("ballots", "ballot_twice")),
        (a_secret_bundle, set_in("ballots", 0, "choice", ["maybe"]), ("ballots", "choice")),
        (a_secret_bundle, set_in("ballots", 0, "choice", ["yes", "no"]), ("ballots", "choice")),
        (a_secret_bundle, set_in("ballots", 0, "nonce", "0" * 63), ("ballots", "leaf_form")),
        (a_secret_bundle, set_in("ballots", 0, "ballot_id", "1"), ("ballots", "leaf_form")),
        (a_secret_bundle, set_in("ballots", 0, "choice", "yes"), ("ballots", "leaf_form")),
        (a_secret_bundle, swap_entries, ("roll", "leaf_order")),
        (a_secret_bundle, entry_twice, ("roll", "entitlement_twice")),
        (a_secret_bundle, set_in("roll", "leaves", 0, "area_hundredths_m2", -1), ("roll", "leaf_form")),
        (a_secret_bundle, set_in("roll", "leaves", 0, "electors", "me"), ("roll", "leaf_form")),
        (a_secret_bundle, set_in("rule", "valid_if", []), ("rule", "rule_differs")),
        (a_secret_bundle, set_in("rule", "code", "CN-2026.made_up"), ("rule", "rule_differs")),
        (an_open_bundle, set_in("ballots", 0, "entitlement_id", AN_ID), ("ballots", "not_on_roll")),
        (an_open_bundle, set_in("ballots", 0, "area_hundredths_m2", 1), ("ballots", "other_area")),
        (an_open_bundle, open_twice, ("ballots", "voted_twice")),
    ],
)
def test_hashing_and_signing_again_does_not_hide_what_cannot_be(
    made: Callable[[], Object], change: Change, fault: tuple[str, str]
) -> None:
    content = made()
    change(content)
    assert fault in named(root_again(content))


@pytest.mark.parametrize("change", [flip, drop, add])
def test_another_key_is_found_where_the_districts_is_known(change: Change) -> None:
    forged = signed_again(change_and_hash_again(change), OTHER_KEY)
    assert failing(forged) == {"key"}
    assert failing(forged, Asked()) == set()


@pytest.mark.parametrize("change", [flip, drop, add])
def test_a_thief_of_the_key_is_found_by_the_root_on_the_notice_board(change: Change) -> None:
    printed = a_secret_bundle()["ballots_root"]
    forged = signed_again(change_and_hash_again(change))
    assert failing(forged) == set()
    assert failing(forged, Asked(key=public_of(KEY), printed=(("root", printed),))) == {"board"}


def test_a_thief_of_the_key_who_leaves_the_ballots_is_found_by_what_else_was_printed() -> None:
    true = a_secret_bundle()
    forged = a_secret_bundle()
    drop_entry(forged)
    hashed_again(forged)
    signed_again(forged)
    for name, printed in (
        ("digest", Bundle(true).digest),
        ("roll_root", true["roll"]["root"]),
    ):
        assert "board" in failing(forged, Asked(printed=((name, printed),)))
        assert "board" not in failing(true, Asked(printed=((name, printed.upper()),)))
    assert "board" not in failing(true, Asked(printed=(("rule_hash", true["rule_hash"]),)))


def test_a_receipt_is_counted_and_says_what_for() -> None:
    content = a_secret_bundle()
    leaf = next(each for each in content["ballots"] if each["choice"] == ["no"])
    receipt = hashes_of([leaf])[0].hex()
    line = verify_vote(Bundle(content), Asked(receipts=(Kept(receipt, leaf),))).lines[-1]
    assert (line.check, line.state, line.texts[0].values["choice"]) == ("receipt", State.HOLDS, "no")


@pytest.mark.parametrize(
    ("receipt", "fault"),
    [(A_HASH, "receipt_missing"), ("", "receipt_form"), ("ab", "receipt_form"), ("回执", "receipt_form")],
)
def test_a_receipt_that_is_not_counted_is_found(receipt: str, fault: str) -> None:
    assert named(a_secret_bundle(), Asked(receipts=(Kept(receipt),))) == {("receipt", fault)}


def test_a_swapped_receipt_is_found_by_the_ballot_that_was_kept() -> None:
    content = a_secret_bundle()
    mine, anothers = content["ballots"][:2]
    swapped = Kept(hashes_of([anothers])[0].hex(), mine)
    assert named(content, Asked(receipts=(swapped,))) == {("receipt", "receipt_swapped")}


def test_the_public_has_an_open_vote_without_ballots_under_the_same_signature() -> None:
    content = an_open_bundle()
    del content["ballots"]
    report = verify_vote(Bundle(content), KNOWN)
    assert report.holds
    content["totals"]["options"]["no"]["heads"] += 1
    assert failing(signed_again(content)) == {"tally"}


def test_a_secret_ballot_may_name_nobody() -> None:
    content = a_secret_bundle()
    content["ballots"][0] |= {"entitlement_id": AN_ID, "area_hundredths_m2": 0}
    assert "ballots" in failing(signed_again(hashed_again(content)))


def elect_another(content: Object) -> None:
    content["outcome"]["elected"] = ["a", "c"]


def rename(content: Object) -> None:
    first, second = content["vote"]["candidates"][:2]
    first["code"], second["code"] = second["code"], first["code"]


def leave_out(content: Object) -> None:
    del content["vote"]["candidates"][2]


def nobody(content: Object) -> None:
    content["vote"]["candidates"][0]["name"] = ""


@pytest.mark.parametrize("change", [rename, leave_out, nobody])
def test_every_option_of_an_election_is_somebody(change: Change) -> None:
    content = a_bundle(ELECTION)
    change(content)
    assert failing(content) == {"signature", "vote"}
    assert failing(signed_again(content)) == {"vote"}


def test_another_name_under_a_code_is_found_by_the_signature() -> None:
    content = a_bundle(ELECTION)
    content["vote"]["candidates"][0]["name"] = "另一人"
    assert failing(content) == {"signature"}


def test_who_is_elected_is_recomputed() -> None:
    content = a_bundle(ELECTION)
    assert content["outcome"]["elected"] == ["a", "b"]
    elect_another(content)
    assert failing(signed_again(content)) == {"outcome"}


@pytest.mark.parametrize(
    "missing",
    ["vote", "rule", "rule_hash", "totals", "counts", "outcome", "participated", "quarantined", "key"],
)
def test_what_is_missing_fails_and_breaks_nothing(missing: str) -> None:
    content = a_secret_bundle()
    del content[missing]
    assert not verify_vote(Bundle(content), KNOWN).holds


def written(tmp_path: Path, content: Object) -> str:
    path = tmp_path / "bundle.json"
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return str(path)


def test_the_command_prints_one_line_a_check_in_both_languages(tmp_path: Path) -> None:
    content = a_secret_bundle()
    flip(content)
    bundle = written(tmp_path, content)
    for lang, name in (("zh", "✗ 选票 ballots: "), ("en", "✗ ballots: ")):
        ran = CliRunner().invoke(main, ["vote", bundle, "--lang", lang])
        assert ran.exit_code == 1
        assert len(ran.output.splitlines()) == 11
        assert any(line.startswith(name) for line in ran.output.splitlines())


def test_the_command_takes_receipts_by_themselves_or_with_the_kept_ballot(tmp_path: Path) -> None:
    content = a_secret_bundle()
    leaf = content["ballots"][4]
    receipt = hashes_of([leaf])[0].hex()
    kept = tmp_path / "kept.json"
    kept.write_text(json.dumps({"receipt": receipt, "leaf": leaf}))
    arguments = ["vote", written(tmp_path, content), "--receipt", receipt, "--receipt", str(kept), "--json"]
    ran = CliRunner().invoke(main, [*arguments, "--key", public_of(KEY), "--root", content["ballots_root"]])
    assert ran.exit_code == 0, ran.output
    said = json.loads(ran.output)
    assert said["holds"] is True
    assert [each["check"] for each in said["checks"]].count("receipt") == 2
    assert {each["state"] for each in said["checks"]} == {"holds"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"format": "qiaotou-vote/1"}',
        '{"format": "qiaotou-vote/1", "roll": {"leaves": {}}}',
        '{"format": "qiaotou-vote/1", "roll": {"leaves": []}, "ballots": "all"}',
        '{"format": "qiaotou-vote/1", "roll": {"leaves": []}, "roll": {"leaves": []}}',
        '{"format": "qiaotou-vote/1", "roll": {"leaves": [], "count": 1.5}}',
        '{"format": "qiaotou-vote/1", "roll": {"leaves": [], "count": 9007199254740993}}',
        '{"format": "qiaotou-vote/1", "roll": {"leaves": [], "count": NaN}}',
        '{"format": "qiaotou-vote/1", "roll": {"leaves": [], "root": "\\ud800"}}',
    ],
)
def test_what_two_readers_could_understand_differently_is_not_read(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bundle.json"
    path.write_text(text)
    ran = CliRunner().invoke(main, ["vote", str(path)])
    assert ran.exit_code == 2
    assert "Unreadable" in ran.output


def test_what_a_bundle_says_cannot_command_the_terminal(tmp_path: Path) -> None:
    content = a_secret_bundle()
    content["vote"]["mode"] = "\a\n✓ signature"
    ran = CliRunner().invoke(main, ["vote", written(tmp_path, content)])
    assert "\a" not in ran.output
    assert len(ran.output.splitlines()) == 11
