"""`sekisho.yaml`: what it means, and every problem with its line."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from sekisho.catalog import OperatorFile, TerraformSection, Usual, json_schema, read_operator_file
from sekisho.catalog.documents import read_document
from sekisho.domain.errors import OperatorFileInvalid
from sekisho.domain.rules import DEFAULT_RULES, Require, Rule
from sekisho.domain.targets import LOCAL_TARGET, S3Backend, ServerBackend
from sekisho.domain.workspaces import Workspace

SECRET = "hunter2-hunter2"
ENVIRONMENT = {"SPOKE_KEY": SECRET, "EMPTY": "", "BROKEN": "a\0b"}

WHOLE = """\
version: 1
terraform: {binaries: [bin/terraform, /opt/tofu], mirror: providers, direct: true}
targets:
  spoke:
    account: "222222222222"
    region: ap-northeast-1
    environment:
      AWS_ACCESS_KEY_ID: AKIAEXAMPLE
      AWS_SECRET_ACCESS_KEY: {env: SPOKE_KEY}
      TOKEN: {file: token.txt}
workspaces:
  network-prod:
    description: 本番ネットワーク
    source: {folder: envs/prod}
    backend: {s3: {bucket: states, key: network/terraform.tfstate, lock: both, dynamodb_table: locks}}
    target: spoke
    terraform: "~> 1.11"
    variables: {env: prod, count: 3, zones: [a, c], tags: {owner: あ, on: yes}, ratio: 0.5, none: ~}
    labels: {env: prod}
  sandbox:
"""  # noqa: E501

Read = Callable[..., OperatorFile]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    (tmp_path / "token.txt").write_text("t0ken\n", encoding="utf-8")

    def read_text(text: str | bytes, **more: Any) -> OperatorFile:
        path = tmp_path / "sekisho.yaml"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return read_operator_file(path, ENVIRONMENT, **more)

    return read_text


def problems(read: Read, text: str | bytes) -> list[str]:
    """Check that a file is refused without telling a secret; return the lines of the problem."""
    with pytest.raises(OperatorFileInvalid) as refusal:
        read(text)
    assert SECRET not in str(refusal.value)
    assert str(refusal.value.facts["path"]).endswith("sekisho.yaml")
    lines = str(refusal.value.facts["problem"]).splitlines()
    for language in ("en", "ja"):
        assert lines[-1] in refusal.value.message(language)
    return lines


def workspace(body: str, targets: str = "") -> str:
    return f"version: 1\n{targets}workspaces:\n  a:\n    {body}\n"


def test_a_whole_file_means_what_it_says(read: Read, tmp_path: Path):
    file = read(WHOLE)

    assert file.terraform == TerraformSection(
        binaries=(tmp_path / "bin/terraform", Path("/opt/tofu")),
        mirror=tmp_path / "providers",
        direct=True,
    )
    prod, sandbox = file.workspaces
    assert sandbox == Workspace("sandbox")
    assert (prod.name, prod.description, prod.terraform) == (
        "network-prod",
        "本番ネットワーク",
        "~> 1.11",
    )
    assert (prod.folder, prod.sources) == (str(tmp_path / "envs/prod"), ("folder",))
    assert prod.backend == S3Backend(
        bucket="states",
        key="network/terraform.tfstate",
        region="ap-northeast-1",
        lock="both",
        dynamodb_table="locks",
    )
    assert (prod.target.name, prod.target.account) == ("spoke", "222222222222")
    assert prod.target.environment == {
        "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "TOKEN": "t0ken",
    }
    assert SECRET not in repr(prod)
    assert prod.variables == {
        "env": "prod", "count": 3, "zones": ["a", "c"], "tags": {"owner": "あ", "on": "yes"},
        "ratio": 0.5, "none": None,
    }  # fmt: skip
    assert prod.labels == {"env": "prod"}
    assert prod.rules == DEFAULT_RULES


def test_the_smallest_file(read: Read):
    assert read("version: 1\nworkspaces: {a: {}}") == OperatorFile((Workspace("a"),))
    assert read("version: 1\nworkspaces: {a: }").workspaces[0].target == LOCAL_TARGET


def test_the_rules_of_the_wiring_hold_for_every_workspace(read: Read):
    rules = (Rule("default", Require(plan_age=timedelta(hours=1))),)

    assert read(workspace("{}"), usual=Usual(rules)).workspaces[0].rules == rules


@pytest.mark.parametrize(
    ("source", "kinds"),
    [("{upload: true}", ("upload",)), ("{inline: true, upload: false}", ("inline",)),
     ("{folder: x, upload: true, inline: true}", ("inline", "upload", "folder"))],
)  # fmt: skip
def test_a_workspace_takes_what_its_source_names(read: Read, source: str, kinds: tuple[str, ...]):
    assert read(workspace(f"source: {source}")).workspaces[0].sources == kinds


@pytest.mark.parametrize(
    ("given", "directory"),
    [("envs/prod", "envs/prod"), ("envs/本番/", "envs/本番"), ("''", ""), ("か\u3099", "が")],
)
def test_a_workspace_works_in_a_folder_of_its_configuration(read: Read, given: str, directory: str):
    assert read(workspace(f"directory: {given}")).workspaces[0].directory == directory


@pytest.mark.parametrize("given", ["../x", "a/../b", "/etc", "./a", "a//b", "a\\b", "-x", "c:"])
def test_a_folder_outside_the_configuration_is_told_with_its_line(read: Read, given: str):
    with pytest.raises(OperatorFileInvalid, match=r"line 4.*directory: a folder inside it"):
        read(workspace(f"directory: '{given}'"))


@pytest.mark.parametrize("backend", ["{server: {}}", "{server: }", "~"])
def test_the_server_keeps_the_state_unless_told_otherwise(read: Read, backend: str):
    assert read(workspace(f"backend: {backend}")).workspaces[0].backend == ServerBackend()


def test_every_setting_of_the_s3_backend_arrives(read: Read):
    body = """backend:
      s3:
        bucket: b
        key: k
        region: eu-west-1
        lock: lockfile
        encrypt: false
        kms_key_id: alias/x
        role_arn: arn:aws:iam::111111111111:role/state
        endpoints: {s3: "http://127.0.0.1:9000", sts: "https://sts.example.jp"}
        use_path_style: true"""

    assert read(workspace(body)).workspaces[0].backend == S3Backend(
        bucket="b",
        key="k",
        region="eu-west-1",
        encrypt=False,
        kms_key_id="alias/x",
        role_arn="arn:aws:iam::111111111111:role/state",
        endpoints={"s3": "http://127.0.0.1:9000", "sts": "https://sts.example.jp"},
        use_path_style=True,
    )


@pytest.mark.parametrize(
    ("section", "direct"),
    [("{}", True), ("{mirror: m}", False), ("{network_mirror: https://m.example.jp/v1}", False),
     ("{mirror: m, direct: true}", True), ("{direct: false}", False)],
)  # fmt: skip
def test_registries_are_asked_only_where_no_mirror_is_named(read: Read, section: str, direct: bool):
    assert read(f"terraform: {section}\n{workspace('{}')}").terraform.direct is direct


def test_a_network_mirror_ends_in_a_slash_as_terraform_wants_it(read: Read):
    text = f"terraform: {{network_mirror: https://m.example.jp/v1}}\n{workspace('{}')}"
    assert read(text).terraform.network_mirror == "https://m.example.jp/v1/"


# Each row: the text, and for each problem its line and a word of it.
WRONG: list[tuple[str, list[tuple[int, str]]]] = [
    ("", [(1, "empty")]),
    ("# only this\n", [(1, "empty")]),
    ("[1, 2]", [(1, "mapping")]),
    ("version: 1\n", [(1, "workspaces: this key is needed")]),
    ("workspaces: {a: {}}", [(1, "version: this key is needed")]),
    ("version: 2\nworkspaces: {a: {}}", [(1, "version: 1 is needed")]),
    ("version: 1\nworkspaces: {}", [(2, "at least one")]),
    ("version: 1\nworkspaces:\n", [(2, "mapping")]),
    ("version: 1\nworkspaces: {a: {}}\nworkspces: {}", [(3, "did you mean `workspaces`?")]),
    ("version: 1\nworkspaces: {a b: {}}", [(2, "name")]),
    (f"version: 1\nworkspaces: {{{'a' * 91}: {{}}}}", [(2, "90")]),
    (workspace("backnd: {}"), [(4, "did you mean `backend`?")]),
    (workspace("source: {git: {url: x}}"), [(4, "source.git.url: an address that begins with")]),
    (workspace("source: {git: {}}"), [(4, "source.git.url: this key is needed")]),
    (workspace("source: {git: {url: 'https://git.example/a.git', reff: x}}"), [(4, "`ref`")]),
    (workspace("source: {upload: maybe}"), [(4, "true, false or plan_only is needed")]),
    (workspace("source: {folder: x, inline: 1}"), [(4, "true, false or plan_only is needed")]),
    (workspace("source: {upload: yes}"), [(4, "true, false or plan_only is needed")]),
    (workspace("source: {upload: false}"), [(4, "nowhere")]),
    (workspace("source: {}"), [(4, "nowhere")]),
    (workspace('source: {folder: ""}'), [(4, "path")]),
    (workspace("backend: {hcp: {}}"), [(4, "exactly one")]),
    (workspace("backend: {}"), [(4, "exactly one")]),
    (workspace("backend: {server: {}, s3: {}}"), [(4, "exactly one")]),
    (workspace("backend: s3"), [(4, "mapping")]),
    (
        workspace("backend: {s3: {bukcet: b, key: k, region: r}}"),
        [(4, "bucket: this key is needed"), (4, "did you mean `bucket`?")],
    ),
    (workspace("backend: {s3: {bucket: b, key: k}}"), [(4, "region: this key is needed")]),
    (workspace("backend: {s3: {bucket: b, key: /k, region: r}}"), [(4, "`/`")]),
    (workspace("backend: {s3: {bucket: b, key: k, region: r, lock: no}}"), [(4, "'both'")]),
    (workspace("backend: {s3: {bucket: b, key: k, region: r, lock: both}}"), [(4, "table")]),
    (workspace("backend: {s3: {bucket: b, key: k, region: r, dynamodb_table: t}}"), [(4, "both")]),
    (
        workspace("backend: {s3: {bucket: b, key: k, region: r, endpoints: {s4: http://x}}}"),
        [(4, "'s3'")],
    ),
    (
        workspace("backend: {s3: {bucket: b, key: k, region: r, endpoints: {s3: x}}}"),
        [(4, "http")],
    ),
    (
        workspace(
            f'backend: {{s3: {{bucket: b, key: k, region: r, endpoints: {{s3: "http://a:{SECRET}@x"}}}}}}'
        ),
        [(4, "password")],
    ),
    (workspace("terraform: 1.10"), [(4, 'in quotes, "1.10"')]),
    (workspace("terraform: new"), [(4, "constraint")]),
    (workspace("target: spoek"), [(4, "no target 'spoek'")]),
    (
        workspace("target: spoek", "targets: {spoke: {}}\n"),
        [(5, "did you mean `spoke`?")],
    ),
    (workspace("variables: [a]"), [(4, "mapping")]),
    (workspace("variables: {1a: x}"), [(4, "variables.1a")]),
    (workspace("variables: {a: .nan}"), [(4, "no such number")]),
    (workspace("variables: {a: 1e999}"), [(4, "no such number")]),
    (workspace("labels: {env: 3}"), [(4, '"3"')]),
    (workspace("labels: {env: true}"), [(4, '"true"')]),
    ("version: 1\ntargets: {t: {account: 111111111111}}\nworkspaces: {a: {}}", [(2, '"1111')]),
    ('version: 1\ntargets: {t: {account: "1"}}\nworkspaces: {a: {}}', [(2, "account")]),
    (
        "version: 1\ntargets: {t: {plan_role: x, apply_role: y}}\nworkspaces: {a: {}}",
        [(2, "apply_role: this is not of the form"), (2, "plan_role: this is not of the form")],
    ),
    ("version: 1\nterraform: {mirrors: x}\nworkspaces: {a: {}}", [(2, "did you mean `mirror`?")]),
    (
        "version: 1\nterraform: {network_mirror: http://x}\nworkspaces: {a: {}}",
        [(2, "https://")],
    ),
    # YAML itself
    ("version: 1\nworkspaces:\n\ta: {}", [(3, "a tab")]),
    ("version: 1\nworkspaces: {a: {}}\nversion: 1", [(3, "given twice")]),
    (workspace("labels: {a: x, a: y}"), [(4, "given twice")]),
    ("version: 1\n---\nversion: 1", [(2, "second document")]),
    ("version: [1\nworkspaces: {}", [(2, "")]),
    ("version: 1\nworkspaces: {a: *nothing}", [(2, "undefined alias")]),
    ("version: 1\nworkspaces: {a: !!python/object/apply:os.system [x]}", [(2, "tag")]),
    ("version: 1\nworkspaces: {a: !mine x}", [(2, "tag !mine")]),
    ("version: 1\nworkspaces: {? [a] : {}}", [(2, "a key is needed")]),
    ("version: 1\nworkspaces: &w {a: {variables: {x: *w}}}", [(2, "alias of itself")]),
    (workspace(f"variables: {{a: {'[' * 60}{']' * 60}}}"), [(4, "nested too deeply")]),
    ("version: 1\nworkspaces: {a: {}}\n# \x01", [(3, "control character")]),
    (workspace("<<: [x]"), [(4, "takes a mapping")]),
]


@pytest.mark.parametrize(("text", "expected"), WRONG)
def test_what_is_wrong_is_said_with_its_line(
    read: Read, text: str, expected: list[tuple[int, str]]
):
    found = problems(read, text)

    assert len(found) == len(expected)
    for line, (number, word) in zip(found, expected, strict=True):
        assert line.startswith(f"line {number}: ")
        assert word in line


def test_every_problem_is_said_at_once(read: Read):
    text = """\
version: 1
targets:
  hub:
    regoin: x
    environment:
      TF_LOG: debug
workspaces:
  a:
    terraform: 1.10
    labels: {x: a, x: b}
    target: hob
  b:
    sauce: {}
"""
    assert [line.partition(":")[0] for line in problems(read, text)] == [
        f"line {n}" for n in (4, 6, 9, 10, 11, 13)
    ]


def test_a_very_wrong_file_is_not_told_without_end(read: Read):
    text = workspace("\n    ".join(f"k{n}: x" for n in range(100)))

    found = problems(read, text)
    assert len(found) == 51
    assert found[-1] == "and 50 more"


@pytest.mark.parametrize(
    "name",
    ["TF_CLI_ARGS", "TF_CLI_ARGS_plan", "TF_LOG", "TF_LOG_PATH", "TF_REATTACH_PROVIDERS",
     "LD_PRELOAD", "LD_LIBRARY_PATH", "DYLD_INSERT_LIBRARIES", "PATH", "path", "HOME",
     "TF_CLI_CONFIG_FILE", "TF_DATA_DIR", "TF_WORKSPACE", "TF_PLUGIN_CACHE_DIR",
     "TF_VAR_password", "1A", "A-B", ""],
)  # fmt: skip
def test_an_environment_may_not_steer_terraform_itself(read: Read, name: str):
    text = f"version: 1\ntargets:\n  t:\n    environment:\n      {name!r}: x\nworkspaces: {{a: }}"

    (line,) = problems(read, text)
    assert line.startswith("line 5: ")


@pytest.mark.parametrize(
    ("value", "word"),
    [("1234", "text"), ("true", "text"), ("[x]", "text"), ("{env: A, file: b}", "text"),
     ("{envv: A}", "text"), ("{env: 1}", "text"), ("{}", "text"), ("", "text"),
     ("{env: NOPE}", "NOPE is not set"), ("{file: none.txt}", "none.txt cannot be read"),
     ("{file: .}", "cannot be read"), ("{file: huge}", "larger"), ("{file: binary}", "UTF-8"),
     ("{env: BROKEN}", "NUL")],
)  # fmt: skip
def test_a_value_that_cannot_be_looked_up_is_said(
    read: Read, tmp_path: Path, value: str, word: str
):
    (tmp_path / "huge").write_bytes(b"x" * 100_000)
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    text = f"version: 1\ntargets: {{t: {{environment: {{A: {value}}}}}}}\nworkspaces: {{a: }}"

    (line,) = problems(read, text)
    assert word in line
    assert "1234" not in line


def test_two_workspaces_may_not_keep_their_state_in_one_place(read: Read):
    s3 = "backend: {s3: {bucket: b, key: k, region: r%s}}"
    same = f"version: 1\nworkspaces:\n  a: {{{s3 % ''}}}\n  b: {{{s3 % ''}}}\n"
    assert problems(read, same) == [
        "line 4: workspaces.b.backend.s3: workspace 'a' has its state at the same place"
    ]

    other = s3 % ", endpoints: {s3: 'http://x'}"
    assert len(read(f"version: 1\nworkspaces:\n  a: {{{s3 % ''}}}\n  b: {{{other}}}\n").workspaces)


def test_yaml_means_what_it_looks_like(read: Read):
    """Not what YAML 1.1 made of it: booleans, base 60, octal, dates."""
    given = "{a: yes, b: off, c: 22:00, d: 0123, e: 2026-04-01, f: 1_000, g: NO, h: 0x1f, i: <<}"
    assert read(workspace(f"variables: {given}")).workspaces[0].variables == {
        "a": "yes", "b": "off", "c": "22:00", "d": "0123", "e": "2026-04-01", "f": "1_000",
        "g": "NO", "h": 31, "i": "<<",
    }  # fmt: skip


def test_keys_are_text_as_they_are_written(read: Read):
    variables = read(workspace("variables: {ports: {80: a, 1.10: b, on: c, ~: d}}"))
    assert variables.workspaces[0].variables["ports"] == {
        "80": "a",
        "1.10": "b",
        "on": "c",
        "~": "d",
    }


def test_anchors_and_merges_are_followed(read: Read):
    text = """\
version: 1
workspaces:
  a: &a
    terraform: "~> 1.11"
    labels: {env: stg}
  b:
    <<: *a
    labels: {env: prod}
  c: {<<: [{description: first}, {description: second, terraform: "1.11.4"}]}
"""
    a, b, c = read(text).workspaces
    assert (a.terraform, b.terraform, c.terraform) == ("~> 1.11", "~> 1.11", "1.11.4")
    assert (a.labels, b.labels) == ({"env": "stg"}, {"env": "prod"})
    assert c.description == "first"


def test_a_problem_that_was_merged_is_on_the_line_where_it_is_written(read: Read):
    text = "version: 1\nworkspaces:\n  a: &a\n    terraform: x\n  b:\n    <<: *a\n"

    assert [line[:7] for line in problems(read, text)] == ["line 4:", "line 4:"]


def test_an_alias_bomb_does_not_go_off(read: Read):
    rows = ["version: 1", "workspaces:", "  a:", "    variables:", "      l0: &l0 [x]"]
    rows += [f"      l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 30)]
    started = time.monotonic()

    found = problems(read, "\n".join(rows))
    assert "aliases multiply" in found[0]
    assert time.monotonic() - started < 5


def test_a_file_is_utf8_and_has_a_cap(read: Read):
    assert problems(read, "version: 1\n# 設定\n".encode("cp932")) == [
        "line 2: the file is not in UTF-8"
    ]
    assert "larger" in problems(read, b"# " + b"x" * 2_000_000)[0]
    assert read(b"\xef\xbb\xbf" + workspace("{}").encode()).workspaces
    assert read(workspace("description: 設定").replace("\n", "\r\n")).workspaces


def test_a_file_that_is_not_there_is_said(tmp_path: Path):
    with pytest.raises(OperatorFileInvalid) as refusal:
        read_operator_file(tmp_path / "sekisho.yaml", {})
    assert "No such file" in refusal.value.message()


def test_a_folder_is_relative_to_the_file_wherever_the_server_was_started(
    read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir("/")
    assert read(workspace("source: {folder: x}")).workspaces[0].folder == str(tmp_path / "x")


def test_the_schema_for_editors_is_the_one_in_the_docs(repository: Path):
    """Write it again with: sekisho config schema > docs/reference/sekisho.schema.json."""
    kept = (repository / "docs/reference/sekisho.schema.json").read_text(encoding="utf-8")

    assert json.loads(kept) == json_schema()


def test_the_schema_takes_what_the_parser_takes(read: Read):
    schema = jsonschema.Draft202012Validator(json_schema())
    schema.check_schema(json_schema())
    data = read_document(WHOLE.encode()).data

    read(WHOLE)
    schema.validate(data)
    for broken in (
        data | {"version": 2},
        data | {"workspaces": {}},
        data | {"worspaces": {}},
        data | {"targets": {"a": {"plan_role": "x"}}},
        data | {"targets": {"a": {"environment": {"A": 1}}}},
    ):
        assert not schema.is_valid(broken)
