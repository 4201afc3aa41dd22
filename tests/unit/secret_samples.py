"""Secrets made at test time from seeded chance, in the places where they stand: none is real."""

from __future__ import annotations

import base64
import dataclasses
import gzip
import json
import random
import string
from collections.abc import Callable
from urllib.parse import quote

BASE62 = string.ascii_letters + string.digits
LOWER36 = string.ascii_lowercase + string.digits
BASE64 = BASE62 + "+/"
URLSAFE = BASE62 + "-_"
HEX = "0123456789abcdef"


@dataclasses.dataclass(frozen=True)
class Sample:
    """Where a secret stands: `text` holds `secret`, which nobody may see."""

    kind: str
    text: str
    secret: str
    path: str = ""


class Dice:
    """Chance with a seed, so that a test fails twice or never."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def of(self, alphabet: str, count: int) -> str:
        return "".join(self._random.choice(alphabet) for _ in range(count))

    def key(self, count: int = 40) -> str:
        """Of letters of both kinds and digits, as `openssl rand -base64` gives."""
        while True:
            made = self.of(BASE62, count)
            cases = any(map(str.islower, made)) and any(map(str.isupper, made))
            if cases and sum(map(str.isdigit, made)) > 1:
                return made

    def password(self, count: int = 14) -> str:
        return self.key(count - 3) + self.of("!#*?", 1) + self.of(BASE62, 2)

    def word(self) -> str:
        """A password as people make them: letters and a digit."""
        return self.of(string.ascii_lowercase, 7) + self.of(string.digits, 1)


Maker = Callable[[Dice], tuple[str, str]]


def _token(prefix: str, alphabet: str, count: int, after: str = "") -> Maker:
    def make(dice: Dice) -> tuple[str, str]:
        made = prefix + dice.of(alphabet, count) + after
        return f"the token {made} was used", made

    return make


UPPER36 = string.ascii_uppercase + string.digits

TOKENS: dict[str, Maker] = {
    "aws access key id": _token("AK" + "IA", UPPER36, 16),
    "aws session key id": _token("AS" + "IA", UPPER36, 16),
    "github personal": _token("gh" + "p_", BASE62, 36),
    "github oauth": _token("gh" + "o_", BASE62, 36),
    "github server": _token("gh" + "s_", BASE62, 36),
    "github fine grained": _token("github" + "_pat_", BASE62 + "_", 70),
    "gitlab personal": _token("gl" + "pat-", URLSAFE, 20),
    "gitlab deploy": _token("gl" + "dt-", URLSAFE, 20),
    "gitlab runner": _token("gl" + "rt-", URLSAFE, 20),
    "gitlab trigger": _token("gl" + "ptt-", HEX, 40),
    "slack bot": _token("xo" + "xb-", string.digits, 12, "-abcDEF123"),
    "slack app": _token("xa" + "pp-1-", UPPER36, 40),
    "stripe live": _token("sk" + "_live_", BASE62, 24),
    "stripe restricted": _token("rk" + "_live_", BASE62, 24),
    "stripe webhook": _token("wh" + "sec_", BASE62, 32),
    "openai": _token("sk" + "-", BASE62, 46, "7"),
    "openai project": _token("sk" + "-proj-", URLSAFE, 60, "7"),
    "anthropic": _token("sk" + "-ant-api03-", URLSAFE, 93),
    "hugging face": _token("h" + "f_", string.ascii_letters, 34),
    "npm": _token("np" + "m_", BASE62, 36),
    "package index": _token("py" + "pi-AgE", URLSAFE, 120),
    "rubygems": _token("ruby" + "gems_", HEX, 48),
    "docker hub": _token("dckr" + "_pat_", URLSAFE, 27),
    "google api key": _token("AI" + "za", URLSAFE, 35),
    "google oauth": _token("ya" + "29.", URLSAFE, 60),
    "google client secret": _token("GOC" + "SPX-", URLSAFE, 28),
    "hcp terraform": _token("abcDEF0123ghIJ" + ".atlasv1.", BASE62, 60),
    "vault service": _token("hv" + "s.", URLSAFE, 90),
    "vault batch": _token("hv" + "b.", URLSAFE, 90),
    "sekisho": _token("sk" + "s_", URLSAFE, 43),
    "sendgrid": _token("S" + "G.abcdefghijklmnopqrst12.", URLSAFE, 43),
    "twilio": _token("S" + "K", HEX, 32),
    "digitalocean": _token("dop" + "_v1_", HEX, 64),
    "databricks": _token("da" + "pi", HEX, 32),
    "shopify": _token("shp" + "at_", HEX, 32),
    "grafana": _token("gl" + "sa_", BASE62, 32, "_12ab34cd"),
    "new relic": _token("NR" + "AK-", UPPER36, 27),
    "tailscale": _token("ts" + "key-auth-", BASE62, 30),
    "atlassian": _token("ATA" + "TT3", URLSAFE, 80),
    "doppler": _token("dp" + ".pt.", BASE62, 43),
    "azure client secret": _token("abc" + "8Q" + "~", BASE62, 34),
    "telegram": _token("123456789" + ":AA", URLSAFE, 33),
    "age": _token("AGE-SECRET" + "-KEY-1", UPPER36, 58),
    "bcrypt": _token("$2" + "y$12$", BASE62 + "./", 53),
    "sha512 crypt": _token("$6" + "$saltsalt$", BASE62 + "./", 86),
    "md5 crypt": _token("$1" + "$saltsalt$", BASE62 + "./", 22),
    "apr1": _token("$ap" + "r1$saltsalt$", BASE62 + "./", 22),
    "argon2": _token("$argon" + "2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ$", BASE64, 43),
    "ldap": _token("{SS" + "HA}", BASE62, 32),
    "mysql": _token("*", "0123456789ABCDEF", 40),
    "aws secret key alone": lambda d: ((k := d.key(36) + "/" + d.of(BASE62, 3)), k),
    "a word in a script": lambda d: (f"#!/bin/sh\n/opt/agent/join {(k := d.key(32))} now\n", k),
    "value of a neutral name": lambda d: (f"export SEED={(k := d.key(32))}\n", k),
    "json value of a neutral name": lambda d: (json.dumps({"seed": (k := d.key(43))}), k),
}
"""Credentials that are known by their looks, wherever they stand."""

PLACES: dict[str, str] = {
    "json": '{{"user": "app", "password": "{0}"}}',
    "json compact": '{{"db_password":"{0}","port":5432}}',
    "json in json": '{{"env": "{{\\"DB_PASSWORD\\": \\"{0}\\"}}"}}',
    "json in json in json": '"{{\\\\\\"password\\\\\\": \\\\\\"{0}\\\\\\"}}"',
    "json over lines": '{{\n  "client_secret":\n    "{0}"\n}}',
    "pair": '[{{"name":"DB_PASSWORD","value":"{0}"}}]',
    "pair turned round": '[{{"value":"{0}","name":"DB_PASSWORD"}}]',
    "pair escaped": '"[{{\\"name\\":\\"API_TOKEN\\",\\"value\\":\\"{0}\\"}}]"',
    "pair of CloudFormation": '{{"ParameterKey":"MasterPassword","ParameterValue":"{0}"}}',
    "pair in yaml": "env:\n  - name: DB_PASSWORD\n    value: {0}\n",
    "environment file": "PORT=80\nDB_PASSWORD={0}\nHOST=x\n",
    "exported": "#!/bin/bash\nset -eu\nexport MYSQL_ROOT_PASSWORD='{0}'\n",
    "exported in one line": "#!/bin/sh\\nexport DB_PASS={0}\\necho done\\n",
    "ini": "[client]\npassword = {0}\n",
    "yaml": "db:\n  password: {0}\n  user: x\n",
    "yaml quoted": 'db:\n  password: "{0}"\n',
    "yaml block": "db:\n  password: |\n    {0}\n  user: x\n",
    "heredoc": "password = <<EOT\n{0}\nEOT\n",
    "hcl": 'variable "x" {{\n  api_key = "{0}"\n}}',
    "camel case": '{{"rootPassword": "{0}"}}',
    "kebab case": "client-secret: {0}",
    "dotted": "spring.datasource.password={0}",
    "ruby": ":password => '{0}'",
    "xml": "<config><password>{0}</password></config>",
    "xml attributes": '<add key="DbPassword" value="{0}" />',
    "japanese": "パスワード：{0}",
    "japanese inside": "データベースのパスワード: {0}",
    "query": "https://api.example.jp/v1?user=x&access_token={0}&page=2",
    "signature": "https://x.blob.core.windows.net/c/b?sv=2023-01-03&sig={0}&se=2030",
    "amz signature": "https://b.s3.amazonaws.com/k?X-Amz-Date=1&X-Amz-Signature={0}",
    "postgres": "postgres://app:{0}@db.internal:5432/app",
    "mongodb": "mongodb+srv://app:{0}@cluster0.example.net/app?retryWrites=true",
    "mysql address": "mysql://root:{0}@10.0.0.5/app",
    "redis": "redis://:{0}@cache:6379/0",
    "amqp": "amqps://app:{0}@mq.example.jp:5671/v",
    "https": "https://deploy:{0}@git.example.jp/infra.git",
    "sqlserver": "Server=tcp:db,1433;Database=app;User Id=sa;Password={0};Encrypt=true;",
    "odbc": "Driver={{x}};Server=db;Uid=sa;Pwd={0};",
    "jdbc": "jdbc:mysql://db:3306/app?user=root&password={0}&useSSL=true",
    "jdbc oracle pair": "jdbc:sqlserver://db:1433;databaseName=app;user=sa;password={0};",
    "account key": "DefaultEndpointsProtocol=https;AccountName=x;AccountKey={0};EndpointSuffix=y",
    "service bus": "Endpoint=sb://x/;SharedAccessKeyName=Root;SharedAccessKey={0}",
    "libpq": "host=db user=app password={0} sslmode=require",
    "bearer": "curl -H 'Authorization: Bearer {0}' https://x",
    "basic": 'headers = {{ Authorization = "Basic {0}" }}',
    "token header": "X-Api-Key: {0}",
    "gitlab header": "PRIVATE-TOKEN: {0}",
    "cookie": "Cookie: session={0}",
    "flag": "app --user x --password {0} --verbose",
    "flag with sign": "app --db-password={0} serve",
    "flag quoted": "app --token '{0}'",
    "powershell flag": "New-User -Password {0} -Name x",
    "mysql flag": "mysql -u root -p{0} app",
    "mysqldump flag": "mysqldump -h db -u root -p {0} app > dump.sql",
    "sshpass": "sshpass -p {0} ssh admin@10.0.0.1",
    "docker login": "docker login -u app -p {0} registry.example.jp",
    "redis flag": "redis-cli -h cache -a {0} ping",
    "curl user": "curl -sS -u admin:{0} https://x/api",
    "curl long": "curl --user 'admin:{0}' https://x/api",
    "npmrc": "//npm.example.jp/:_authToken={0}",
    "package upload": "[repo]\nrepository = https://x\nusername = __token__\npassword = {0}\n",
    "netrc": "machine git.example.jp login deploy password {0}",
    "chpasswd": "echo 'ubuntu:{0}' | sudo chpasswd",
    "sql": "CREATE USER app IDENTIFIED BY '{0}';",
    "sql role": "CREATE ROLE app LOGIN PASSWORD '{0}';",
    "openssl": "openssl enc -aes-256-cbc -pass pass:{0} -in x",
    "dockerfile": "FROM x\nENV API_TOKEN {0}\n",
    "aws configure": "aws configure set aws_secret_access_key {0}",
    "securestring": "ConvertTo-SecureString '{0}' -AsPlainText -Force",
    "net user": "net user Administrator {0} /add",
    "slack webhook": "https://hooks.slack.com/services/T00000000/B00000000/{0}",
    "teams webhook": "https://acme.webhook.office.com/webhookb2/{0}/IncomingWebhook/x",
    "discord webhook": "https://discord.com/api/webhooks/123456789012345678/{0}",
    "ansible": "ansible_become_password: {0}",
    "wifi": "psk={0}",
    "percent": "next=https%3A%2F%2Fx%2F%3Fpassword%3D{0}%26a%3D1",
    "html": "&lt;a password=&quot;{0}&quot;&gt;",
    "unicode escapes": "say \\u0022password\\u0022: \\u0022{0}\\u0022",
    "log line": 'level=error msg="login failed" password="{0}" retry=3',
    "python": "connect(host='db', password='{0}')",
    "dictionary": "{{'password': '{0}'}}",
    "go struct": "{{User:app Password:{0}}}",
}
"""Places in which a secret of any looks is masked; `{0}` is where it stands."""

LEAVES: tuple[str, ...] = (
    *("password", "master_password", "aws_db_instance.x.password", "passwords[0]"),
    *("environment[0].variables.DB_PASSWORD", "variables.SECRET_KEY_BASE", "client_secret"),
    *("secret_string", "tunnel1_preshared_key", "auth_token", "api_key", "primary_access_key"),
    *("connection_string", "admin_password", "data.password", "smtp_pass", "private_key_pem"),
    *("access_token", "shared_access_key", "variables.dbPassword", "storage_account_access_key"),
)
"""Paths that tell enough."""


def packed(text: str) -> dict[str, str]:
    """Return a script in the encodings in which it is handed over."""
    raw = text.encode()
    twice = base64.b64encode(base64.b64encode(raw)).decode()
    wrapped = base64.encodebytes(raw).decode()
    zipped = base64.b64encode(gzip.compress(raw, mtime=0)).decode()
    return {
        "base64": base64.b64encode(raw).decode(),
        "base64 urlsafe": base64.urlsafe_b64encode(raw).decode(),
        "base64 twice": twice,
        "base64 wrapped": wrapped,
        "base64 of gzip": zipped,
        "base64 of UTF-16": base64.b64encode(text.encode("utf-16-le")).decode(),
        "percent": quote(text),
        "json": json.dumps(text),
        "json twice": json.dumps(json.dumps(text)),
        "json in json thrice": json.dumps(json.dumps(json.dumps({"script": text}))),
    }


def every_sample(seed: int) -> list[Sample]:
    """Make all samples."""
    dice = Dice(seed)
    found = [Sample(kind, *make(dice)) for kind, make in TOKENS.items()]
    for kind, place in PLACES.items():
        long = dice.key(32)
        found.append(Sample(f"{kind}, a key", place.format(long), long))
        if "webhook" not in kind and kind not in ("basic", "bearer"):
            word = dice.word()
            found.append(Sample(f"{kind}, a word", place.format(word), word))
    found += [Sample(f"leaf {path}", (s := dice.word()), s, path) for path in LEAVES]
    found.append(Sample("leaf with signs", (s := dice.password(20) + "!7"), s, "value"))
    return found
