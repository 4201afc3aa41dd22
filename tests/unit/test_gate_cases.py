"""The gate's table, first part: people, the places that they fill, and who counts."""

from sekisho.domain.rules import Match
from tests.unit.gate_cases import (
    FREE,
    SATO,
    Case,
    check,
    rule,
    soft_pass,
    table,
    who,
)

ONE, TWO = rule("one", 1), rule("two", 2)
SRE = rule("sre", 1, groups=("sre",))
DBA = rule("dba", 1, groups=("dba",))
OWNER = rule("owner", more=1, groups=("owners",))
EITHER = rule("either", 2, groups=("sre", "dba"))
SELF = rule("self", 1, self_approval=True)
AUTHOR = rule("author", 1, author_approval=True)
ITO, SUZUKI, KATO = who("ito"), who("suzuki"), who("kato")
ITO_SRE, SUZUKI_SRE = who("ito", "sre"), who("suzuki", "sre")
KATO_DBA = who("kato", "dba")
BOTH = who("mori", "sre", "dba")
OWNS, OWNS_SRE = who("abe", "owners"), who("ono", "owners", "sre")
M = "approval_missing"


@table(
    Case("nobody approved", (ONE,), f"one:{M}", needed=1, given=0),
    Case("one of one", (ONE,), by=(ITO,), needed=1, given=1),
    Case("one of two", (TWO,), f"two:{M}", by=(ITO,), needed=2, given=1),
    Case("two of two", (TWO,), by=(ITO, SUZUKI)),
    Case("more than are wanted", (ONE,), by=(ITO, SUZUKI, KATO), given=3),
    Case("the same person twice is one", (TWO,), f"two:{M}", by=(ITO, ITO), given=1),
    Case("a freed plan wants nobody", (FREE,), needed=0),
    Case("no rules are the default rule", (), f"default:{M}", needed=1),
    Case("the default rule is met by another", (), by=(ITO,)),
    Case("the default rule is not met by the requester", (), f"default:{M}", by=(SATO,)),
    Case("an approval of another seal is none", (ONE,), f"one:{M}", old=(ITO,), given=0),
    Case("of two, one for another seal", (TWO,), f"two:{M}", by=(ITO,), old=(SUZUKI,)),
    Case("two rules share one person", (ONE, rule("uno", 1)), by=(ITO,), needed=1),
    Case("the largest of several rules decides", (ONE, TWO), f"two:{M}", by=(ITO,), needed=2),
    Case("three of a hundred", (rule("crowd", 100),), f"crowd:{M}", by=(ITO, SUZUKI, KATO)),
)
def test_people_are_counted(case: Case):
    check(case)


@table(
    Case("somebody of the group", (SRE,), by=(ITO_SRE,)),
    Case("somebody of no group", (SRE,), f"sre:{M}", by=(ITO,), given=0),
    Case("somebody of another group", (SRE,), f"sre:{M}", by=(KATO_DBA,), given=0),
    Case("a group in another case is another", (SRE,), f"sre:{M}", by=(who("x", "SRE"),)),
    Case("either group will do", (EITHER,), by=(ITO_SRE, KATO_DBA)),
    Case("twice of one of the groups", (EITHER,), by=(ITO_SRE, SUZUKI_SRE)),
    Case("one of the groups and an outsider", (EITHER,), f"either:{M}", by=(ITO_SRE, SUZUKI)),
    Case("one person in two groups meets two rules", (SRE, DBA), by=(BOTH,), needed=1),
    Case("one person in two groups is one for one rule", (EITHER,), f"either:{M}", by=(BOTH,)),
    Case("two rules, one group each, one missing", (SRE, DBA), f"dba:{M}", by=(ITO_SRE,)),
    Case("two rules, two people", (SRE, DBA), by=(ITO_SRE, KATO_DBA), given=2),
    Case("an outsider beside those who count", (SRE,), by=(KATO, ITO_SRE), given=1),
    Case("anybody, and one of a group", (TWO, SRE), by=(ITO, SUZUKI_SRE)),
    Case("two of anybody, none of the group", (TWO, SRE), f"sre:{M}", by=(ITO, KATO)),
    Case("a group of nobody is never met", (rule("g", 1, groups=("none",)),), f"g:{M}", by=(ITO,)),
    Case("a Japanese group", (rule("承認者", 1, groups=("運用",)),), by=(who("伊藤", "運用"),)),
)
def test_groups_are_told_apart(case: Case):
    check(case)


@table(
    Case("one more on top of one", (ONE, OWNER), f"owner:{M}", by=(OWNS,), needed=2),
    Case("one more is filled by its own group alone", (ONE, OWNER), f"owner:{M}", by=(ITO, KATO)),
    Case("one, and one of the owners", (ONE, OWNER), by=(ITO, OWNS), needed=2),
    Case("two owners: one fills each place", (ONE, OWNER), by=(OWNS, OWNS_SRE)),
    Case("two and an owner take three", (TWO, OWNER), f"owner:{M}", by=(ITO, OWNS), needed=3),
    Case("two and an owner: three came", (TWO, OWNER), by=(ITO, OWNS, KATO)),
    Case(
        "who fits both places leaves the other to who fits one",
        (SRE, OWNER),
        by=(OWNS_SRE, OWNS),
    ),
    Case("the one who fits both fills one alone", (SRE, OWNER), f"owner:{M}", by=(OWNS_SRE,)),
    Case("the order of approvals is nothing", (SRE, OWNER), by=(OWNS, OWNS_SRE)),
    Case(
        "two rules that add take two beside what the default one wants",
        (OWNER, rule("sec", more=1, groups=("owners", "sre"))),
        f"sec:{M} default:{M}",
        by=(OWNS_SRE,),
        needed=3,
    ),
    Case(
        "two rules that add: the narrow one gets who fits it",
        (FREE, rule("sec", more=1, groups=("owners", "sre")), OWNER),
        by=(OWNS_SRE, ITO_SRE),
    ),
    Case("one rule with places of both kinds", (rule("r", 1, more=1),), f"r:{M}", by=(ITO,)),
    Case("one rule with places of both kinds, filled", (rule("r", 1, more=1),), by=(ITO, KATO)),
    Case(
        "a place that is only advised takes nobody away",
        (rule("nice", more=1, level="advisory"), ONE),
        by=(ITO,),
        advice=f"nice:{M}",
        needed=1,
    ),
    Case(
        "a soft place takes nobody away from a hard one",
        (rule("soft", more=1, level="soft"), ONE),
        f"soft:{M}",
        by=(ITO,),
    ),
    Case(
        "a place that was passed takes nobody away",
        (rule("soft", more=1, level="soft"), rule("held", 1, level="soft")),
        by=(ITO,),
        overrides=(soft_pass("soft"),),
        passed=f"soft:{M}",
    ),
    Case(
        "hundreds that are added are missed, not tried",
        (rule("a", more=300), rule("b", more=400), rule("c", more=500)),
        f"a:{M} b:{M} c:{M} default:{M}",
        by=(ITO, KATO),
        needed=1201,
    ),
    Case(
        "what only adds is on top of the default rule",
        (OWNER,),
        f"default:{M}",
        by=(OWNS,),
        needed=2,
    ),
    Case("what only adds and the default rule are met by two", (OWNER,), by=(OWNS, KATO)),
    Case("what only adds is on top of nobody, where that is said", (FREE, OWNER), by=(OWNS,)),
)
def test_places_that_are_added_are_filled_as_well_as_can_be(case: Case):
    check(case)


RENAMED = who("new-name", subject="https://id|7")
OLD_NAME = who("old-name", subject="https://id|7")
OTHER_SUBJECT = who("old-name", subject="https://id|8")


@table(
    Case("the requester does not count", (ONE,), f"one:{M}", by=(SATO,), given=0),
    Case("nor with the provider's subject", (ONE,), f"one:{M}", by=(who("sato", subject="i|1"),)),
    Case("nor in capitals", (ONE,), f"one:{M}", by=(who("SATO"),)),
    Case("nor in full width", (ONE,), f"one:{M}", by=(who("ｓａｔｏ"),)),
    Case("nor with a space behind", (ONE,), f"one:{M}", by=(who("sato "),)),
    Case("nor under a new name", (ONE,), f"one:{M}", by=(RENAMED,), requester=OLD_NAME),
    Case("nor with an old one, renamed", (ONE,), f"one:{M}", by=(OLD_NAME,), requester=RENAMED),
    Case(
        "nor composed otherwise",
        (ONE,),
        f"one:{M}",
        by=(who("がく"),),
        requester=who("か\u3099く"),
    ),
    Case(
        "nor in half-width katakana", (ONE,), f"one:{M}", by=(who("ｻﾄｳ"),), requester=who("サトウ")
    ),
    Case(
        "nor by the same name of another subject",
        (ONE,),
        f"one:{M}",
        by=(OTHER_SUBJECT,),
        requester=OLD_NAME,
    ),
    Case("another subject and another name do", (ONE,), by=(OTHER_SUBJECT,), requester=RENAMED),
    Case("two empty subjects are not one person", (TWO,), by=(who("a"), who("b"))),
    Case("one person under two names is one", (TWO,), f"two:{M}", by=(RENAMED, OLD_NAME), given=1),
    Case("one name in two forms is one", (TWO,), f"two:{M}", by=(who("Ito"), who("ｉｔｏ"))),
    Case("ß and ss are one", (TWO,), f"two:{M}", by=(who("weiß"), who("WEISS"))),
    Case("a rule may let requesters approve", (SELF,), by=(SATO,), given=1),
    Case("even then somebody must", (SELF,), f"self:{M}"),
    Case("another rule still wants another", (SELF, ONE), f"one:{M}", by=(SATO,)),
    Case("the requester in the group", (SRE,), f"sre:{M}", by=(who("sato", "sre"),)),
    Case(
        "a requester who may must be of the group",
        (rule("s", 1, groups=("sre",), self_approval=True),),
        f"s:{M}",
        by=(SATO,),
    ),
    Case(
        "the author of the commit does not count",
        (ONE,),
        f"one:{M}",
        by=(who("ito@x.jp"),),
        author="ITO@x.jp",
    ),
    Case("nor by what is before the @", (ONE,), f"one:{M}", by=(ITO,), author="ito@x.jp"),
    Case("another address is another person", (ONE,), by=(who("ito@y.jp"),), author="ito@x.jp"),
    Case("a rule may let authors approve", (AUTHOR,), by=(ITO,), author="ito@x.jp"),
    Case("of two one is the author", (TWO,), f"two:{M}", by=(ITO, KATO), author="ito", given=1),
    Case("an author nobody knows keeps nobody out", (ONE,), by=(ITO,)),
    Case("author and requester: one may, one not", (SELF,), f"self:{M}", by=(SATO,), author="sato"),
)
def test_who_asked_and_who_wrote_it_do_not_count(case: Case):
    check(case)


@table(
    Case(
        "what is advised holds nothing up",
        (FREE, rule("nice", 2, level="advisory")),
        advice=f"nice:{M}",
        needed=0,
    ),
    Case(
        "advice alone is no rule: the default one is",
        (rule("nice", 1, level="advisory"),),
        f"default:{M}",
        advice=f"nice:{M}",
    ),
    Case(
        "advice that nobody is wanted frees nothing",
        (rule("nice", level="advisory", silent=False),),
        f"default:{M}",
    ),
    Case("advice that is met", (rule("nice", 1, level="advisory"),), by=(ITO,)),
    Case(
        "an approval for advice alone is not given",
        (SRE, rule("nice", 1, level="advisory")),
        f"sre:{M}",
        by=(ITO,),
        given=0,
    ),
    Case(
        "one who counts for no rule with places",
        (SRE, rule("w", rollback=True, level="advisory")),
        f"sre:{M}",
        by=(ITO,),
        given=0,
        advice="w:rollback_missing",
    ),
    Case("a soft rule holds up", (rule("soft", 1, level="soft"),), f"soft:{M}"),
    Case(
        "two rules of one name: the hard one holds",
        (rule("x", 1), rule("x", 2, level="advisory")),
        f"x:{M}",
        advice=f"x:{M}",
    ),
    Case(
        "of one name, and the advisory one last",
        (rule("x", rollback=True), rule("x", 1, level="advisory"), FREE),
        "x:rollback_missing",
        advice=f"x:{M}",
    ),
    Case(
        "a soft rule of the default's name",
        (rule("default", rollback=True, level="soft"),),
        f"default:{M} default:rollback_missing",
    ),
    Case(
        "a rule for a few clients frees nobody",
        (rule("c", silent=False, match=Match(clients=("kiro*",))),),
        f"default:{M}",
    ),
    Case(
        "nor does it let requesters approve",
        (rule("c", 1, self_approval=True, match=Match(clients=("kiro*",))),),
        f"default:{M}",
        by=(SATO,),
    ),
)
def test_levels_say_what_holds_up(case: Case):
    check(case)
