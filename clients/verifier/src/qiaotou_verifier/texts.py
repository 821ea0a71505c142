"""What is said of a vote's bundle, in both languages: the checks by name, and what each found."""

import os

CHECKS: dict[str, tuple[str, str]] = {
    "signature": ("签名", "signature"),
    "key": ("公钥", "key"),
    "board": ("公示", "board"),
    "vote": ("表决", "vote"),
    "question": ("议题", "question"),
    "rule": ("规则", "rule"),
    "roll": ("名册", "roll"),
    "ballots": ("选票", "ballots"),
    "tally": ("计票", "tally"),
    "outcome": ("结果", "outcome"),
    "receipt": ("回执", "receipt"),
}

TEXTS: dict[str, tuple[str, str]] = {
    # What holds.
    "signed": (
        "由公钥 {key} 签名, 整包摘要 {digest}",
        "signed by the key {key}; the whole's digest is {digest}",
    ),
    "known_key": ("与所给公钥一致", "it is the key that was given"),
    "as_printed": ("与所给公示内容一致: {names}", "as was printed: {names}"),
    "vote_facts": (
        "{mode}, {place}, {opened_at} 至 {closed_at}",
        "{mode}, {place}, {opened_at} to {closed_at}",
    ),
    "question_facts": ("摘要 {sha256}", "its hash is {sha256}"),
    "rule_facts": ("{code}, 摘要 {rule_hash}", "{code}, its hash is {rule_hash}"),
    "roll_facts": (
        "{count} 份, 面积 {area} (0.01 平方米), 根 {root}",
        "{count} entitlements, area {area} (0.01 m2), root {root}",
    ),
    "ballots_facts": ("{count} 张, 根 {root}", "{count} ballots, root {root}"),
    "tally_facts": ("{totals}", "{totals}"),
    "decided": ("{decided}", "{decided}"),
    "included": ("回执 {receipt} 已计入: {choice}", "{receipt} is counted: {choice}"),
    # What was not looked at, and why.
    "no_key": (
        "未比对公钥: 请用 --key 给出本区公布的公钥",
        "not compared with the key that the district has made known: give it by --key",
    ),
    "nothing_printed": (
        "未比对公示栏: 请用 --root, --digest, --roll-root 或 --rule-hash 给出公示内容",
        "not compared with the notice board: give it by --root, --digest, --roll-root, --rule-hash",
    ),
    "no_ballots": (
        "公开件不含记名选票, 仅核对合计",
        "the public has no open ballots: only the sums were checked",
    ),
    # What does not hold.
    "malformed": ("内容缺失或格式不符: {where}", "something is missing or is not of its form: {where}"),
    "not_signed": (
        "签名不成立: 签名后内容被改动",
        "the signature does not hold: it was changed after signing",
    ),
    "other_key": ("由另一公钥 {key} 签名", "it is signed by another key, {key}"),
    "not_as_printed": ("{name}: 公示为 {printed}, 实为 {found}", "{name}: printed {printed}, found {found}"),
    "mode": ("未知的表决方式 {mode}", "there is no mode {mode}"),
    "options": ("选项与规则不符", "the options are not those of such a vote"),
    "times": ("时间顺序不符", "its times are not in order"),
    "electorate": ("规则不适用于此名册 ({kind})", "the rule is not for this kind of roll ({kind})"),
    "question_hash": ("议题文字与其摘要不符", "its text is not that of its hash"),
    "rule_hash": ("规则内容与其摘要不符", "its content is not that of its hash"),
    "rule_differs": ("不是法定规则: {what}", "it is not the rule of the law: {what}"),
    "leaf_form": ("第 {number} 项格式不符", "number {number} is not of its form"),
    "leaf_order": ("第 {number} 项不在其位", "number {number} does not stand in its place"),
    "entitlement_twice": (
        "第 {number} 项资格重复",
        "number {number} is an entitlement that stands before it",
    ),
    "count": ("所列 {said}, 实为 {found}", "it says {said}, there are {found}"),
    "area": ("所列面积 {said}, 实为 {found}", "it says an area of {said}, there is {found}"),
    "root": ("所列根 {said}, 实为 {found}", "it says the root {said}, the leaves lead to {found}"),
    "ballot_twice": ("第 {number} 张 {ballot} 重复", "number {number}, {ballot}, stands before it"),
    "choice": (
        "第 {number} 张 {ballot} 所选不在选项内",
        "number {number}, {ballot}, chooses what cannot be chosen",
    ),
    "not_on_roll": ("资格 {entitlement} 不在名册", "the entitlement {entitlement} is not on the roll"),
    "other_area": ("资格 {entitlement} 面积与名册不符", "{entitlement} has another area on the roll"),
    "voted_twice": ("资格 {entitlement} 重复投票", "{entitlement} has voted twice"),
    "ballots_missing": ("缺少选票", "the ballots are missing"),
    "too_many": (
        "选票 {ballots} 张, 参加 {participated} 份, 名册 {count} 份",
        "{ballots} ballots, {participated} took part, {count} on the roll",
    ),
    "totals": ("{option}: 所列 {said}, 实为 {found}", "{option}: it says {said}, there are {found}"),
    "counts": ("{name}: 所列 {said}, 实为 {found}", "{name}: it says {said}, it is {found}"),
    "outcome_differs": (
        "{name}: 所列 {said}, 按规则为 {found}",
        "{name}: it says {said}, the rule says {found}",
    ),
    "not_decidable": ("无法按规则判定: {why}", "the rule cannot decide it: {why}"),
    "receipt_form": ("回执 {receipt} 不是 64 位十六进制数", "{receipt} is not 64 hex digits"),
    "receipt_missing": ("回执 {receipt} 未计入", "{receipt} is not among the ballots"),
    "receipt_swapped": (
        "所存选票的回执为 {found}, 而非 {receipt}: 回执被调换",
        "the kept ballot has the receipt {found}, not {receipt}: it was swapped",
    ),
    "and_more": ("另有 {number} 处", "and {number} more"),
    "holds": ("✓ 各项均已复算, 相符.", "✓ Everything was recomputed and agrees."),
    "does_not_hold": ("✗ 不相符.", "✗ It does not hold."),
}


def language() -> str:
    """Return the language that the environment asks for, English where it does not say."""
    asked = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "zh" if asked.startswith("zh") else "en"


def name_of(check: str, lang: str) -> str:
    """Return a check's name for a reader: Chinese and English, or English alone."""
    zh, en = CHECKS[check]
    return f"{zh} {en}" if lang == "zh" else en


def say(lang: str, name: str, /, **values: object) -> str:
    """Return one text."""
    return TEXTS[name][0 if lang == "zh" else 1].format(**values)
