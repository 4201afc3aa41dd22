"""Cases 1 to 3 of the contract: what is sensitive, what is not known yet."""

from tools.plan_fixtures.story import Step, Story, pair, with_kata

MASKS = """
locals {{
  key = {key}
}}
resource "terraform_data" "whole" {{
  input = sensitive({{ user = "app", login = {{ word = "himitsu-whole-${{local.key}}" }} }})
}}
resource "terraform_data" "list" {{
  input = [sensitive("himitsu-list-${{local.key}}"), "open-${{local.key}}"]
}}
resource "terraform_data" "objects" {{
  input = [
    {{ open = local.key, word = sensitive("himitsu-object-${{local.key}}") }},
    {{ open = "x" }},
  ]
}}
resource "terraform_data" "open" {{
  input = [{{ a = local.key }}, []]
}}
resource "terraform_data" "masked_before" {{
  input = {before}
}}
resource "terraform_data" "masked_after" {{
  input = {after}
}}
{more}
"""
GOES = 'resource "terraform_data" "goes" {\n  input = sensitive("himitsu-goes")\n}'
COMES = 'resource "terraform_data" "comes" {\n  input = [sensitive("himitsu-comes"), {}]\n}'

NESTED = """
resource "kata_form" "a" {{
  name     = "a"
  pin      = "himitsu-pin-{n}"
  settings = {{ mode = "m", password = "himitsu-password-{n}", level = {n} }}
  rules    = [{{ port = 22, key = "himitsu-rule" }}, {{ port = {n}, source = "10.0.0.0/8" }}]
  steps    = [{{ run = "one", token = "himitsu-step-{n}" }}, {{ run = "two-{n}" }}]
  parts    = {{ left = {{ size = {n}, secret = "himitsu-part" }}, right = {{ size = {n} }} }}
  ingress {{
    from = {n}
    note = sensitive("himitsu-ingress")
  }}
  disk {{
    size = {n}
    name = sensitive("himitsu-disk-{n}")
  }}
}}
"""

UNKNOWN = """
resource "terraform_data" "source" {{
  input            = "{n}"
  triggers_replace = ["{n}"]
}}
resource "terraform_data" "map" {{
  input = {{
    known = "{n}"
    later = terraform_data.source.id
    inner = {{ x = terraform_data.source.id, y = 1 }}
  }}
}}
resource "terraform_data" "list" {{
  input = [
    "first", terraform_data.source.id, "last-{n}",
    {{ id = terraform_data.source.id, n = 1 }},
  ]
}}
resource "terraform_data" "keys" {{
  input = {{ (terraform_data.source.id) = "under an unknown key" }}
}}
resource "kata_form" "a" {{
  name   = "a"
  note   = terraform_data.source.id
  routes = [{{ port = 1, source = terraform_data.source.id }}, {{ port = 2, source = "s" }}]
  steps  = [{{ run = "one" }}, {{ run = terraform_data.source.id }}]
  zones  = ["a", terraform_data.source.id]
  disk {{
    name = terraform_data.source.id
    size = {n}
  }}
}}
"""

SENSITIVE = """
resource "terraform_data" "changed" {{
  input = sensitive("himitsu-{n}")
}}
resource "terraform_data" "twin" {{
  input = {{ word = sensitive("himitsu-{n}"), n = {n} }}
}}
resource "terraform_data" "same" {{
  input = {{ word = sensitive("himitsu-same"), n = {n} }}
}}
resource "terraform_data" "unknown" {{
  input = sensitive(terraform_data.changed.output)
}}
"""
FLIP = """
resource "terraform_data" "whole" {{
  input = {whole}
}}
resource "terraform_data" "element" {{
  input = ["open", {element}]
}}
"""

STORIES = (
    pair(
        "case01-masks",
        "masks of terraform_data: true, {}, [], [true,false], [{}], true before or after alone",
        MASKS,
        {"key": '"a"', "before": 'sensitive("himitsu-b-1")', "after": '"open-1"', "more": GOES},
        {"key": '"b"', "before": '"open-2"', "after": 'sensitive("himitsu-a-2")', "more": COMES},
    ),
    pair(
        "case01-masks-nested",
        "sensitive attributes nested in objects, sets (masked whole), lists, maps and blocks",
        NESTED,
        {"n": 1},
        {"n": 2},
    ),
    Story(
        "case01-masks-deleted",
        "the masks of what is destroyed: after_sensitive is false",
        with_kata(""),
        (Step(with_kata(NESTED.format(n=1) + GOES)),),
    ),
    Story(
        "case02-unknown-created",
        "unknown keys of maps and unknown elements of lists, all new",
        with_kata(UNKNOWN.format(n=1)),
    ),
    pair(
        "case02-unknown-changed",
        "unknown keys of maps and elements of lists where something was before",
        UNKNOWN,
        {"n": 1},
        {"n": 2},
    ),
    pair(
        "case03-sensitive-changed",
        "sensitive values that change, one of them in two places; one that stays",
        SENSITIVE,
        {"n": 1},
        {"n": 2},
    ),
    pair(
        "case03-sensitivity-on",
        "the same value becomes sensitive, and nothing else changes",
        FLIP,
        {"whole": '"himitsu-flip"', "element": '"himitsu-flip-e"'},
        {"whole": 'sensitive("himitsu-flip")', "element": 'sensitive("himitsu-flip-e")'},
    ),
    pair(
        "case03-sensitivity-off",
        "the same value is not sensitive any more, and nothing else changes",
        FLIP,
        {"whole": 'sensitive("himitsu-flip")', "element": 'sensitive("himitsu-flip-e")'},
        {"whole": '"himitsu-flip"', "element": '"himitsu-flip-e"'},
    ),
)
