"""`identity` in `sekisho.yaml`: what it means, what is refused, and that no secret gets out."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from sekisho.catalog import OperatorFile, read_operator_file
from sekisho.domain import errors
from sekisho.domain.errors import OperatorFileInvalid, identities
from sekisho.domain.identities import (
    AccessTokens,
    AlbSigner,
    ClaimNames,
    Identities,
    OidcProvider,
)
from sekisho.views.http_errors import http_status

SECRET = "hunter2-hunter2"
ARN = "arn:aws:elasticloadbalancing:ap-northeast-1:111111111111:loadbalancer/app/sekisho/50dc6c49"
LEAST = "issuer: 'https://id.example', audience: sekisho"


@pytest.fixture(autouse=True)
def files(tmp_path: Path) -> Path:
    for name in ("ca.pem", "secret.txt"):
        (tmp_path / name).write_text(f"{SECRET}\n", encoding="utf-8")
    return tmp_path


def read(folder: Path, identity: str) -> OperatorFile:
    path = folder / "sekisho.yaml"
    path.write_text(
        f"version: 1\nworkspaces: {{a: {{}}}}\nidentity: {identity}\n", encoding="utf-8"
    )
    return read_operator_file(path, {"SECRET": SECRET, "EMPTY": "", "LINES": "a\nb"})


def oidc(folder: Path, more: str) -> OidcProvider:
    found = read(folder, f"{{oidc: {{{LEAST}, {more}}}}}").identities.oidc
    assert found
    return found


def problem(folder: Path, identity: str) -> str:
    with pytest.raises(OperatorFileInvalid) as refusal:
        read(folder, identity)
    assert SECRET not in str(refusal.value)
    return str(refusal.value.facts["problem"])


def test_the_least_that_must_be_said(files: Path):
    assert oidc(files, "") == OidcProvider("https://id.example", ("sekisho",))


def test_without_the_section_there_is_no_provider(files: Path):
    path = files / "sekisho.yaml"
    path.write_text("version: 1\nworkspaces: {a: {}}\n", encoding="utf-8")

    assert read_operator_file(path, {}).identities == Identities()


def test_everything_that_can_be_said_of_a_provider(files: Path):
    found = oidc(
        files,
        "required_scope: sekisho, clients: [kiro], client_id: console, scopes: [openid],"
        " client_secret: {env: SECRET}, token_types: application/at+JWT, algorithms: [ES256],"
        " clock_skew: 5, ca_file: ca.pem,"
        " claims: {subject: oid, person: [upn, email], groups: roles, kept: [department]}",
    )

    assert found == OidcProvider(
        "https://id.example",
        ("sekisho",),
        required_scope="sekisho",
        clients=("kiro",),
        client_id="console",
        client_secret=SECRET,
        scopes=("openid",),
        claims=ClaimNames("oid", ("upn", "email"), ("roles",), ("department",)),
        access_tokens=AccessTokens(header_types=("at+jwt",)),
        algorithms=("ES256",),
        clock_skew=timedelta(seconds=5),
        ca_file=str(files / "ca.pem"),
    )
    assert SECRET not in repr(found)


def test_a_secret_may_lie_in_a_file(files: Path):
    found = oidc(files, "client_id: console, client_secret: {file: secret.txt}")

    assert found.client_secret == SECRET


def test_a_preset_says_the_rest_and_the_file_has_the_last_word(files: Path):
    entra = oidc(files, "preset: entra, claims: {person: email, kept: department}")
    cognito = oidc(files, "preset: cognito, token_types: [at+jwt]")

    assert entra.claims == ClaimNames("oid", ("email",), ("groups", "roles"), ("department",))
    assert entra.access_tokens.needed == ("scp",)
    assert cognito.claims.groups == ("cognito:groups",)
    assert cognito.access_tokens == AccessTokens(
        ("aud", "client_id"), ("at+jwt",), (("token_use", "access"),)
    )


def test_a_load_balancer_is_known_by_its_arn(files: Path):
    given = f"{{alb: {{signer: '{ARN}', issuer: 'https://id.example', client_id: alb}}}}"

    assert read(files, given).identities.alb == AlbSigner(
        ARN, "ap-northeast-1", "https://id.example", "alb"
    )


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("client_secret: hunter2-hunter2, client_id: a", "a secret is not written here"),
        ("client_secret: {env: SECRET}", "client_secret has no use without client_id"),
        ("client_id: a, client_secret: {env: EMPTY}", "the secret is empty"),
        ("client_id: a, client_secret: {env: LINES}", "the secret is empty, or has"),
        ("client_id: a, client_secret: {env: GONE}", "GONE is not set"),
        ("algorithms: [HS256]", "is needed"),
        ("algorithms: [none]", "is needed"),
        ("algorithms: []", "at least one is needed"),
        ("clock_skew: 301", "less than or equal to 300"),
        ("clock_skew: -1", "greater than or equal to 0"),
        ("scopes: [profile]", "scopes needs openid"),
        ("ca_file: gone.pem", "there is no file"),
        ("preset: okta", "is needed"),
        ("claims: {person: []}", "at least one is needed"),
        ("required_scope: 'a\"b'", "not of the form"),
        ("audiance: a", "did you mean `audience`?"),
    ],
)
def test_what_is_not_fit_is_told(files: Path, more: str, said: str):
    found = problem(files, f"{{oidc: {{{LEAST}, {more}}}}}")

    assert found.startswith("line 3: ")
    assert said in found


@pytest.mark.parametrize(
    "issuer",
    [
        *(
            "http://id.example",
            "id.example",
            "https://",
            "https://a@id.example",
            "ftp://id.example",
        ),
        *("https://id.example?a=1", "https://id.example#a", "https://id.example:x", ""),
    ],
)
def test_an_issuer_is_an_address_that_nobody_can_listen_in_on(files: Path, issuer: str):
    assert "https address" in problem(files, f"{{oidc: {{issuer: '{issuer}', audience: a}}}}")


@pytest.mark.parametrize("issuer", ["http://127.0.0.1:8080/realms/a", "https://id.example/a/"])
def test_an_issuer_stays_as_it_is_written(files: Path, issuer: str):
    found = read(files, f"{{oidc: {{issuer: '{issuer}', audience: a}}}}").identities.oidc

    assert found
    assert found.issuer == issuer


def test_a_section_says_something_and_a_token_is_for_somebody(files: Path):
    assert "oidc or alb is needed" in problem(files, "{}")
    assert "audience: this key is needed" in problem(files, "{oidc: {issuer: 'https://a.example'}}")
    assert "at least one" in problem(files, "{oidc: {issuer: 'https://a.example', audience: []}}")
    assert "ARN" in problem(files, "{alb: {signer: a, issuer: 'https://a.example', client_id: b}}")


@pytest.mark.parametrize("language", ["en", "ja"])
def test_what_the_page_about_identity_shows_can_be_pasted(
    files: Path, language: str, repository: Path
):
    page = (repository / "docs" / language / "identity.md").read_text(encoding="utf-8")
    shown = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    presets: list[OidcProvider] = []
    for text in shown:
        (files / "sekisho.yaml").write_text(text, encoding="utf-8")
        found = read_operator_file(files / "sekisho.yaml", {}).identities.oidc
        assert found
        presets.append(found)

    assert [p.claims.subject for p in presets] == ["sub", "oid", "sub", "sub"]
    assert all(p.required_scope for p in presets)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_page_about_identity_tells_every_code_with_its_status(language: str, repository: Path):
    page = (repository / "docs" / language / "identity.md").read_text(encoding="utf-8")
    told: dict[str, int] = {}
    for codes, status in re.findall(r"^\| (`\w+`(?:, `\w+`)*) \| (\d+) \|", page, re.MULTILINE):
        told |= dict.fromkeys(re.findall(r"\w+", codes), int(status))
    ours = [e for e in vars(identities).values() if isinstance(e, type)]
    kinds = [e for e in ours if issubclass(e, errors.SekishoError) and e.code != "internal"]

    assert told == {kind.code: http_status(kind()) for kind in kinds}
