"""What well-known credentials look like: one table for both redaction nets. Pure.

Every pattern is linear in the length of the text, however hostile it is: runs are possessive or
bounded. `HINTS` is cheap: where none of them stands in a text, no pattern fits.
"""

import re
from collections.abc import Iterable

from sekisho.domain.secret_names import harmless
from sekisho.domain.states import MASK

TOKENS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    # kind, what is in every one of them, pattern
    (
        "aws_access_key_id",
        ("AKIA", "ASIA", "ABIA", "ACCA"),
        r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Z0-9])",
    ),
    ("aws_bedrock_key", ("ABSK",), r"ABSK[A-Za-z0-9+/]{40,}+={0,2}"),
    ("github", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), r"gh[pousr]_[A-Za-z0-9]{20,}+"),
    ("github_pat", ("github_pat_",), r"github_pat_\w{20,}+"),
    (
        "gitlab",
        tuple(
            f"gl{k}-"
            for k in ["pat", "ptt", "dt", "rt", "cbt", "oas", "imt", "agent", "soat", "ffct", "ft"]
        ),
        r"gl(?:pat|ptt|dt|rt|cbt|oas|imt|agent|soat|ffct|ft)-[\w.-]{16,}+",
    ),
    ("slack", ("xox", "xapp-"), r"(?:xox[abeoprs](?:\.xox[bp])?|xapp)-[\w-]{10,}+"),
    ("stripe", ("k_live_", "k_test_"), r"[srp]k_(?:live|test)_\w{10,}+"),
    ("webhook_secret", ("whsec_",), r"whsec_[A-Za-z0-9+/]{20,}+={0,2}"),
    ("openai_anthropic", ("sk-",), r"sk-(?=[\w-]{0,100}\d)[\w-]{20,}+"),
    ("xai_groq", ("xai-", "gsk_", "pplx-"), r"(?:xai-|gsk_|pplx-)[A-Za-z0-9]{32,}+"),
    ("replicate", ("r8_",), r"r8_[A-Za-z0-9]{30,}+"),
    ("huggingface", ("hf_", "api_org_"), r"(?:hf|api_org)_[A-Za-z0-9]{30,}+"),
    ("npm", ("npm_",), r"npm_[A-Za-z0-9]{36,}+"),
    ("pypi", ("pypi-AgE",), r"pypi-AgE[\w-]{16,}+"),
    ("rubygems", ("rubygems_",), r"rubygems_[0-9a-f]{40,}+"),
    ("docker_hub", ("dckr_pat_", "dckr_oat_"), r"dckr_[po]at_[\w-]{20,}+"),
    ("google_api_key", ("AIza",), r"AIza[\w-]{35,}+"),
    ("google_oauth", ("ya29.", "GOCSPX-"), r"(?:ya29\.|GOCSPX-)[\w-]{20,}+"),
    ("google_refresh", ("1//0",), r"1//0[\w-]{30,}+"),
    ("hcp_terraform", (".atlasv1.",), r"[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{20,}+"),
    ("vault", ("hvs.", "hvb.", "hvr."), r"hv[sbr]\.[\w-]{20,}+"),
    ("sekisho", ("sks_",), r"sks_[\w-]{20,}+"),
    ("sendgrid", ("SG.",), r"SG\.[\w-]{16,}+\.[\w-]{16,}+"),
    ("twilio", ("SK",), r"SK[0-9a-f]{32}(?![0-9a-f])"),
    ("mailgun", ("key-",), r"key-[0-9a-f]{32}(?![0-9a-f-])"),
    ("digitalocean", ("_v1_",), r"do[opr]_v1_[0-9a-f]{40,}+"),
    ("databricks", ("dapi",), r"dapi[0-9a-f]{32}(?:-\d)?"),
    ("shopify", ("shpat_", "shpca_", "shppa_", "shpss_"), r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"),
    ("square", ("sq0",), r"sq0(?:atp|csp)-[\w-]{22,}+"),
    ("linear", ("lin_api_",), r"lin_api_\w{32,}+"),
    ("postman", ("PMAK-",), r"PMAK-[0-9a-f]{24}-[0-9a-f]{34}"),
    ("grafana", ("glsa_", "glc_"), r"(?:glsa_\w{32,}+|glc_[A-Za-z0-9+/]{32,}+={0,2})"),
    ("new_relic", ("NRAK-", "NRII-"), r"NR(?:AK|II)-[\w-]{24,}+"),
    ("pulumi", ("pul-",), r"pul-[0-9a-f]{40}"),
    ("doppler", ("dp.",), r"dp\.(?:pt|st|ct|sa|scim|audit)\.(?:[\w-]{1,40}\.)?[A-Za-z0-9]{40,}+"),
    ("tailscale", ("tskey-",), r"tskey-[\w-]{20,}+"),
    ("atlassian", ("ATATT3", "ATCTT3", "ATBB"), r"(?:ATATT3|ATCTT3|ATBB)[\w=-]{20,}+"),
    ("sentry", ("sntrys_", "sntryu_"), r"sntry[su]_[\w=+/-]{30,}+"),
    ("planetscale", ("pscale_",), r"pscale_(?:tkn|pw|oauth)_[\w.=-]{30,}+"),
    ("azure_client_secret", ("8Q~",), r"[\w.~-]{3}8Q~[\w.~-]{31,}+"),
    ("artifactory", ("AKCp",), r"AKCp[A-Za-z0-9]{60,}+"),
    ("telegram", (":AA",), r"\d{8,10}:AA[\w-]{33}(?![\w-])"),
    ("age", ("AGE-SECRET-KEY-",), r"AGE-SECRET-KEY-1[A-Z0-9]{40,}+"),
    ("jwt", ("eyJ",), r"eyJ[\w-]{8,}+\.[\w-]{8,}+(?:\.[\w-]*+){0,3}"),
    # A private key without its frame: PKCS#1, PKCS#8, SEC1 and Ed25519 begin like this.
    ("bare_private_key", ("IBAAKC", "IBADANBgkq"), r"MII\w{3}(?:IBAAKC|IBADANBgkq)[\w+/=\\]{40,}+"),
    (
        "bare_ec_key",
        ("MHcCAQEE", "MIGHAgEAMBMG", "MC4CAQAwBQYDK2Vw"),
        r"(?:MHcCAQEE|MIGHAgEAMBMG|MC4CAQAwBQYDK2Vw)[\w+/=\\]{30,}+",
    ),
    # Hashes of passwords: bcrypt, sha-crypt, yescrypt, apr1, argon2, PBKDF2, LDAP, MySQL.
    ("bcrypt", ("$2",), r"\$2[abxy]?\$\d\d\$[./A-Za-z0-9]{40,}+"),
    (
        "crypt",
        ("$1$", "$5$", "$6$", "$7$", "$y$", "$gy$", "$apr1$"),
        (
            r"\$(?:1|5|6|7|y|gy|apr1)\$(?:rounds=\d{1,9}\$)?[^\s$:\"']{1,100}+"
            r"(?:\$[./A-Za-z0-9]{8,}+){1,2}"
        ),
    ),
    ("argon2", ("$argon2",), r"\$argon2(?:id|i|d)\$[\w=,$+/.-]{20,}+"),
    ("pbkdf2", ("pbkdf2", "SCRAM-SHA-"), r"(?:\$?pbkdf2|SCRAM-SHA-)[\w-]{1,12}\$[\w$:+/=.-]{20,}+"),
    ("ldap_hash", ("SSHA", "SMD5", "{SHA"), r"\{(?:SSHA|SMD5|SHA)\d{0,3}\}[\w+/]{16,}+={0,2}"),
    ("mysql_hash", ("*",), r"(?<![\w*])\*[0-9A-F]{40}(?![0-9A-F])"),
)
"""Credentials that carry their kind with them. Nothing of them is kept."""

_EDGE = r"(?<![A-Za-z0-9])"
_TOKENS = re.compile("|".join(f"{_EDGE}(?:{shape})" for _, _, shape in TOKENS))

_BLOCKS = re.compile(
    r"-----BEGIN[ A-Z0-9]{0,40}PRIVATE KEY(?: BLOCK)?-----"
    r".*?(?:-----END[ A-Z0-9]{0,40}PRIVATE KEY(?: BLOCK)?-----|\Z)"
    r"|\$ANSIBLE_VAULT;[\d.]{1,5};AES256(?:;[\w.-]{1,60})?(?:(?:\\r|\\n|\s)++[0-9a-f]{20,}+)*+"
    r"|PuTTY-User-Key-File-\d:.*?(?:Private-MAC: ?\w*|\Z)",
    re.DOTALL,
)

_ADDRESSES = re.compile(
    r"""
    (?P<keep>(?<![a-z0-9+.-])(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|amqps?
        |mssql|sqlserver|oracle|clickhouse|jdbc:\w{1,20}|ldaps?|smtps?)(?:\+\w{1,20})?
        ://[^\s/:@"'<>]{0,200}+:)(?P<value>[^\s"'<>\\]{1,300})(?=@)
    | (?P<keep2>(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{1,30}+://[^\s/:@"'<>]{0,200}+:)
        (?P<value2>[^\s/?\#"'<>\\]{1,300})(?=@)
    | (?P<keep3>hooks\.slack\.com/(?:services|workflows|triggers)/
        |discord(?:app)?\.com/api/webhooks/\d{5,25}/
        |[\w.-]{1,80}\.webhook\.office\.com/webhookb2/
        |hooks\.zapier\.com/hooks/catch/|chat\.googleapis\.com/v1/spaces/)
        (?P<value3>[\w/@.=&?%:~+-]{8,400})
    | (?P<keep4>\bbearer[ \t]{1,5}|\bbasic[ \t]{1,5})(?P<value4>[\w.~+/-]{8,}+={0,3})
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""Passwords inside addresses, addresses that are passwords, and what a header carries."""

_LABELS = (
    *("passw", "passphrase", "passcode", "pass_code", "pass", "pwd", "pw", "secret", "token"),
    *(
        "credential",
        "connection",
        "connstr",
        "conn_str",
        "authorization",
        "cookie",
        "_auth",
        "auth",
    ),
    *("preshared", "pre_shared", "psk", "sig", "key", "identified by", "openssl", "curl", "wget"),
    *(
        "パスワード",
        "パスフレーズ",
        "暗証番号",
        "秘密鍵",
        "シークレット",
        "アクセスキー",
        "トークン",
    ),
    *(
        "mysql",
        "mariadb",
        "login",
        "chpasswd",
        "mongo",
        "net user",
        "redis-cli",
        "ldap",
        "htpasswd",
    ),
    *("securestring", "-string", "sshpass", "cqlsh", "zip", "7z", "sqlcmd"),
)
_FRAMES = (
    "private key",
    "ansible_vault",
    "putty-user",
    "bearer",
    "basic",
    "://",
    "hooks.",
    ".com/",
)


def _grouped(words: Iterable[str]) -> str:
    """Write an alternation that decides by the first character: many times faster than a list."""
    by_first: dict[str, list[str]] = {}
    for word in sorted(set(words)):
        by_first.setdefault(word[0], []).append(re.escape(word[1:]))
    return "|".join(f"{re.escape(c)}(?:{'|'.join(rest)})" for c, rest in by_first.items())


HINTS = re.compile(
    _grouped([*(h.lower() for _, hints, _ in TOKENS for h in hints), *_LABELS, *_FRAMES])
)
"""To be searched in the text in lower case."""


def suspicious(text: str) -> bool:
    """Say, cheaply, whether anything that this module or a label tells of may be in there."""
    return HINTS.search(text.lower()) is not None


def mask_shapes(text: str) -> str:
    """Mask credentials that are known by their looks; what says their place is kept."""
    if "-----BEGIN" in text or "ANSIBLE_VAULT" in text or "PuTTY" in text:
        text = _BLOCKS.sub(MASK, text)
    text = _TOKENS.sub(MASK, text)
    return _ADDRESSES.sub(_address, text)


def _address(found: re.Match[str]) -> str:
    number = (found.lastgroup or "value").removeprefix("value")
    keep, value = found[f"keep{number}"], found[f"value{number}"]
    if harmless(value) or (number == "4" and not _opaque(value)):
        return found[0]
    return f"{keep}{MASK}"


def _opaque(word: str) -> bool:
    """Tell `basic authentication` from a header: words have no digits and no capitals inside."""
    word = word.rstrip(".")
    return not word.isalpha() or not (word.islower() or word.istitle() or word.isupper())
