"""Which names tell of a secret, and which values under such a name are none.

A name alone says little: `token_endpoint` and `secret_arn` hold addresses, `password_policy` holds
rules. So the end of a name counts as much as the word in it, and the value is looked at too.
"""

import functools
import re

from sekisho.domain.states import MASK

CORES = (
    r"passw(?:or)?d|passphrase|pass_?code|(?<![a-z])pass(?=\d{0,3}(?:$|\[))"
    r"|(?<![a-z])(?:pw|pwd)(?=\d{0,3}(?:$|\[))|secret(?!s?[_-]?manager|ar[iy])|token(?!i[sz])"
    r"|credential|(?:connection|conn)_?str(?:ing)?|authorization|cookie|(?<![a-z])_?auth_?key"
    r"|pre_?shared_?key|(?<![a-z])psk(?![a-z])|(?<![a-z])sig(?:nature)?(?=$|\[)"
    r"|(?:private|access|api|encryption|signing|ssh|master|account|storage|service|admin|host|auth"
    r"|shared|license|deploy|primary_shared|secondary_shared)[_-]?key"
    r"|パスワード|パスフレーズ|暗証番号|秘密鍵|シークレット|アクセスキー|トークン"
)
"""What a secret is called."""
_ENDS = (
    r"name|names|arns?|polic(?:y|ies)|urls?|uris?|endpoints?|paths?|files?|filename|prefix|suffix"
    r"|versions?|types?|length|ttl|units?|validity|[_-]use|usage|enabled|disabled|required|allowed"
    r"|count|expir(?:y|ation|es)|expires_?(?:in|at|on)|days|hours|minutes|seconds|[_-]age|rotation"
    r"|region|status|state|algorithm|location|provider|manager|lifetime|duration|size|format"
    r"|[_-]refs?|keyref|reference|selector|scopes?|audience|issuer|alias|label|description|period"
    r"|source|mount|class|store|stores|prevention|protection|protected|limit|groups?|title|hint"
    r"|field|header|mode|encoding|kind|spec|schema|expression|strategy|parameter|attribute|column"
    r"|env|env_?var|variable|history|complexity|auth|authentication|behaviou?r|template|engine"
    r"|special|symbols|characters|numeric|upper|lower|[_-](?:at|on|date|time)|timestamp|changed"
    r"|namespace|title|domain|accounts?|users?|owner|role|(?<=secret)[_-]?engine|plan|service"
    r"|[_-]ids?|(?-i:(?<=[a-z])I[dD]s?)|pull[_-]?secrets?|less|config(?:uration)?"
)
SENSITIVE_NAME = re.compile(
    rf"^(?!(?:min|max|minimum|maximum|num|number_of)[_-])"
    rf"(?=.*(?:{CORES}))(?!.*(?:{_ENDS})(?:\[[^\]]*\])*$)",
    re.IGNORECASE | re.DOTALL,
)
"""Names whose values are taken for secrets, but for values that are `harmless`."""
_LONGEST_NAME = 200

_NARROW = re.compile(
    r"(?:.*[._-])?(?:.{0,40}password|passwd|passphrase|(?:client|consumer|app)[_-]?secret"
    r"|secret[_-]?(?:access[_-]?)?key|(?:session|auth|refresh)[_-]?token|api[_-]?key"
    r"|authorization|private[_-]?key|account[_-]?key|shared[_-]?access[_-]?key)",
    re.IGNORECASE | re.DOTALL,
)

_REFERENCE = re.compile(
    r"""
    arn:[\w-]*:[\w-]+:[\w-]*:\d*:\S{1,400}
    | https?://[^\s@?&=]{1,300}
    | /[\w./-]{1,300} | projects/[\w-]+/secrets/[\w./-]{1,200}
    | (?:var|local|data|module|each|self|ephemeral|resource)\.[\w.\[\]"*-]{1,200}
    | (?:aws|azurerm|azuread|google|kubernetes|random|vault|tls|terraform)_\w{1,80}
        \.[\w.\[\]"*-]{1,200}
    | \$\{[^{}]{0,200}\} | \$[A-Za-z_]\w{0,80} | \$\{?\(.{0,200} | %[A-Z_]{2,60}% | \{\{.{0,200}\}\}
    | <[\w\s-]{1,80}> | \*+ | [xX]{3,} | \.{3} | …
    | (?:secretsmanager|ssm|vault|op|sm|awssm|keyvault|ref\+\w+|gcpsm)://?\S{1,300}
    | @Microsoft\.KeyVault\(.{1,300} | resolve:(?:ssm|secretsmanager)[\w-]*:\S{1,300}
    | (?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-\w+|sk-(?:ssh|ecdsa)\S{1,40})(?:[ ].{0,2000})?
    | -----BEGIN[ ](?:RSA[ ])?(?:PUBLIC[ ]KEY|CERTIFICATE)-----.{0,8000}
    | (?:NONE|AWS_IAM|CUSTOM|COGNITO_USER_POOLS|OPEN|JWT)
    | \(?(?:sensitive|known[ ]after[ ]apply)(?:[ ]value)?\)?
    """,
    re.VERBOSE | re.DOTALL,
)
"""Values that only say where a secret is, or that there will be one."""
_EVERYDAY = frozenset(
    [
        "true",
        "false",
        "null",
        "none",
        "yes",
        "no",
        "on",
        "off",
        "nil",
        "undefined",
        "required",
        "optional",
    ]
)
_PROSE = frozenset(
    [
        "a",
        "an",
        "and",
        "any",
        "are",
        "array",
        "as",
        "at",
        "be",
        "been",
        "bool",
        "boolean",
        "but",
        "by",
        "can",
        "cannot",
        "could",
        "default",
        "denied",
        "does",
        "enter",
        "error",
        "expected",
        "expired",
        "failed",
        "field",
        "for",
        "found",
        "from",
        "has",
        "have",
        "if",
        "in",
        "int",
        "integer",
        "invalid",
        "is",
        "it",
        "line",
        "list",
        "map",
        "may",
        "missing",
        "must",
        "not",
        "number",
        "object",
        "of",
        "only",
        "optional",
        "or",
        "please",
        "required",
        "securestring",
        "should",
        "str",
        "string",
        "that",
        "the",
        "their",
        "this",
        "to",
        "type",
        "unexpected",
        "unknown",
        "unauthorized",
        "unset",
        "unsupported",
        "value",
        "values",
        "was",
        "were",
        "when",
        "which",
        "will",
        "with",
    ]
)
"""Words that follow a label in a sentence or a declaration, not in an assignment."""


@functools.lru_cache(maxsize=4096)
def _tells(name: str) -> bool:
    return SENSITIVE_NAME.search(name) is not None


def telling(name: str) -> bool:
    """Say whether what stands under this name (of a field, a variable, a label) is a secret."""
    return _tells(name[-_LONGEST_NAME:])


def narrowly_telling(name: str) -> bool:
    """Say so by the few names that are hardly ever anything else."""
    return _NARROW.fullmatch(name[-_LONGEST_NAME:]) is not None


def harmless(value: str) -> bool:
    """Say whether a value under a telling name is none: a switch, a reference, a gap to fill."""
    return (
        not value.strip()
        or value == MASK
        or value.casefold() in _EVERYDAY
        or _REFERENCE.fullmatch(value.strip()) is not None
    )


def prose(value: str) -> bool:
    """Say whether a word after a label belongs to a sentence."""
    return value.casefold().rstrip(".,;:!?()") in _PROSE
