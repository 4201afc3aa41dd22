"""One tree of errors: each with a code, both languages, the same facts, a place in the drawing."""

import re
import string

import pytest

from sekisho.domain import errors
from sekisho.domain.errors import SekishoError
from sekisho.domain.errors_ja import JAPANESE
from sekisho.domain.gate import Unmet
from sekisho.domain.problems import PROBLEMS, problem, problem_of, problem_unmet
from sekisho.domain.text import Text

KINDS = (
    errors.NotFound,
    errors.Invalid,
    errors.TooLarge,
    errors.Conflict,
    errors.Refused,
    errors.Unavailable,
)
LEAVES = [leaf for kind in KINDS for leaf in kind.__subclasses__()]


def names(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def drawn() -> dict[str, set[str]]:
    """Read the tree in the docstring: kind → codes."""
    found: dict[str, set[str]] = {}
    kind = ""
    for line in (errors.__doc__ or "").splitlines():
        branch = re.search(r"[├└]── (\w+) +(.*)", line)
        if branch:
            kind, line = branch[1], branch[2]  # noqa: PLW2901
        if kind and not line.strip():
            break
        if kind:
            found.setdefault(kind, set()).update(re.findall(r"[a-z_]+", line))
    return found


def test_every_class_is_a_kind_or_directly_below_one():
    classes = [c for c in vars(errors).values() if isinstance(c, type)]
    ours = {c for c in classes if issubclass(c, SekishoError)}

    assert ours == {SekishoError, *KINDS, *LEAVES}
    assert set(SekishoError.__subclasses__()) == set(KINDS)


def test_codes_are_unique_and_made_of_the_class_name():
    codes = [leaf.code for leaf in LEAVES]

    assert len(set(codes)) == len(codes)
    for leaf in LEAVES:
        assert leaf.code == re.sub(r"(?<!^)(?=[A-Z])", "_", leaf.__name__).lower()
        assert leaf.__doc__


def test_the_tree_in_the_docstring_lists_every_code_under_its_kind():
    assert drawn() == {k.__name__: {leaf.code for leaf in k.__subclasses__()} for k in KINDS}


def test_japanese_has_a_row_for_every_code_and_no_other():
    assert set(JAPANESE) == {"internal"} | {leaf.code for leaf in LEAVES}


@pytest.mark.parametrize("leaf", [SekishoError, *LEAVES])
def test_both_languages_tell_the_same_facts_and_a_next_step(leaf: type[SekishoError]):
    says, step = JAPANESE[leaf.code]

    assert names(leaf.says) == names(says)
    assert names(leaf.step) == names(step)
    assert leaf.step.strip()
    assert step.strip()
    assert re.search("[ぁ-んァ-ン一-龠]", says + step)


def test_an_error_says_what_is_wrong_and_what_to_do_in_either_language():
    error = errors.WorkspaceUnknown(name="\x1b[1mprod\u202e", near="production")

    assert str(error) == (
        "workspace_unknown: There is no workspace prod. "
        "Near names: production. Call workspace_list to see all."
    )
    assert error.message("ja") == "ワークスペース prod はありません。"
    assert error.next_step("ja").startswith("近い名前: production。")
    assert error.args == ("workspace_unknown",), "no fact reaches a traceback unseen"


def test_an_error_without_its_facts_can_still_be_told():
    assert "{run_id}" in str(errors.RunUnknown())


def test_long_facts_are_capped_where_a_class_does_not_allow_more():
    short = errors.ArgumentsInvalid(problem="x" * 9000).message()
    long = errors.OperatorFileInvalid(path="sekisho.yaml", problem="x" * 9000).message()

    assert len(short) < 600
    assert len(long) > 9000


@pytest.mark.parametrize("code", PROBLEMS)
def test_every_problem_says_the_same_in_both_languages(code: str):
    text, step = PROBLEMS[code]

    assert names(text.en) == names(text.ja)
    assert names(step.en) == names(step.ja)
    facts = {"holder": "sato", "attempts": 3, "first": "aws_vpc.a delete", "more": 2}
    told = problem(code, "Error: {boom}", **facts)
    assert (told.code, told.detail) == (code, "Error: {boom}")
    for said in (told.text, told.step):
        assert not names(said.en.replace("{boom}", ""))
        assert said.en
        assert re.search("[ぁ-んァ-ン一-龠]", said.ja)


def test_the_detail_of_a_problem_is_inert_and_capped():
    told = problem("apply_failed", "\x1b[31m" + "x" * 5000)

    assert told.detail == "x" * 3999 + "…"


def test_errors_and_unmet_conditions_become_problems_of_the_same_code():
    error = errors.VersionUnmet(wanted="~> 2.0", found="terraform 1.11.4")
    unmet = Unmet("plan_stale", Text("It moved.", "変わった。"), final=True)

    of_error, of_unmet = problem_of(error), problem_unmet(unmet)

    assert (of_error.code, of_error.text.en) == ("version_unmet", error.message())
    assert of_error.step.ja == error.next_step("ja")
    assert (of_unmet.code, of_unmet.text) == ("plan_stale", unmet.text)
    assert "plan_create" in of_unmet.step.en
