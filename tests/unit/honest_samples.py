"""What plans are full of and nobody hides: it must stay readable. `path` where a name matters."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json

_SHA = hashlib.sha256(b"sekisho").hexdigest()
_GIT = hashlib.sha1(b"sekisho", usedforsecurity=False).hexdigest()
_MD5 = hashlib.md5(b"sekisho", usedforsecurity=False).hexdigest()
_SHA64 = base64.b64encode(hashlib.sha256(b"sekisho").digest()).decode()
_SHA512 = base64.b64encode(hashlib.sha512(b"sekisho").digest()).decode()
_MD564 = base64.b64encode(hashlib.md5(b"sekisho", usedforsecurity=False).digest()).decode()
_POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "AllowGetObjectFromAccount2",
                "Effect": "Allow",
                "Action": ["s3:GetObject", "secretsmanager:GetSecretValue", "kms:Decrypt"],
                "Resource": "arn:aws:secretsmanager:us-east-1:123456789012:secret:prod/db-AbCdEf",
                "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
            }
        ],
    }
)
_TASK = json.dumps(
    [
        {
            "name": "web",
            "image": f"123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/web@sha256:{_SHA}",
            "environment": [{"name": "LOG_LEVEL", "value": "debug"}],
            "secrets": [
                {"name": "DB_PASSWORD", "valueFrom": "arn:aws:ssm:ap-northeast-1:1:parameter/db"}
            ],
        }
    ]
)
_CLOUD_INIT = """#cloud-config
package_update: true
packages: [nginx, jq]
ssh_pwauth: false
runcmd:
  - [systemctl, enable, --now, nginx]
  - mkdir -p /var/lib/app && chown app:app /var/lib/app
  - docker run -u 1000:1000 -p 8080:80 nginx:1.27
  - aws secretsmanager get-secret-value --secret-id prod/db --query SecretString
"""


def _lines(number: int) -> str:
    """Return DER as far as anybody looks at it, in lines: a certificate is long and random."""
    inner = b"\x30\x82\x02\x00\xa0\x03\x02\x01\x02" + hashlib.shake_256(b"c").digest(number)
    der = b"\x30" + b"\x82" + len(inner).to_bytes(2, "big") + inner
    return base64.encodebytes(der).decode().replace("\n", "", 0)


_CERTIFICATE = f"-----BEGIN CERTIFICATE-----\n{_lines(700)}-----END CERTIFICATE-----\n"
_PUBLIC = f"-----BEGIN PUBLIC KEY-----\n{_lines(280)}-----END PUBLIC KEY-----\n"
_SSH = b"\x00\x00\x00\x07ssh-rsa\x00\x00\x00\x03\x01\x00\x01" + hashlib.shake_256(b"k").digest(256)
_ED = b"\x00\x00\x00\x0bssh-ed25519\x00\x00\x00 " + hashlib.shake_256(b"k").digest(32)

NAMED: tuple[tuple[str, object], ...] = (
    ("source_code_hash", _SHA64),
    ("etag", _MD5),
    ("content_md5", _MD564),
    ("output_base64sha256", _SHA64),
    ("output_base64sha512", _SHA512),
    ("code_sha256", _SHA64),
    ("fingerprint", "SHA256:" + _SHA64.rstrip("=")),
    ("version_id", "3HL4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY+MTRCxf3vjVBH40Nr8X8gdRQBpUMLUo"),
    ("secret_name", "prod/db/master"),
    ("secret_arn", "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:prod/db-AbCdEf"),
    ("master_user_secret[0].secret_arn", "arn:aws:secretsmanager:us-east-1:1:secret:rds!db-1"),
    ("secret_id", "prod/db"),
    ("secret", "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:x-AbCdEf"),
    ("kms_key_id", "1234abcd-12ab-34cd-56ef-1234567890ab"),
    ("master_user_secret_kms_key_id", "arn:aws:kms:ap-northeast-1:123456789012:key/1234abcd"),
    ("key_name", "ops-2026"),
    ("token_use", "access"),
    ("token_endpoint", "https://login.example.jp/oauth2/token"),
    ("token_validity_units", "hours"),
    ("access_token_validity", 60),
    ("password_policy", {"minimum_length": 12, "require_symbols": True}),
    ("password_policy.minimum_length", 12),
    ("minimum_password_length", 14),
    ("max_password_age", 90),
    ("password_reuse_prevention", 24),
    ("manage_master_user_password", True),
    ("allow_users_to_change_password", True),
    ("api_key_required", False),
    ("api_key_source", "HEADER"),
    ("authorization", "NONE"),
    ("authorization", "COGNITO_USER_POOLS"),
    ("authorization_type", "JWT"),
    ("credentials", "arn:aws:iam::123456789012:role/api-to-sqs"),
    ("cookie_behavior", "whitelist"),
    ("cookie_name", "AWSALB"),
    ("http_tokens", "required"),
    ("token_key_id", "k-2026-04"),
    ("secret_version", "7"),
    ("password_parameter_name", "/prod/db/password"),
    ("password_path", "/prod/db/password"),
    ("db_password_file", "/run/secrets/db"),
    ("variables.PASSWORD_ENV_VAR", "DB_PASSWORD"),
    ("image_pull_secrets[0].name", "regcred"),
    ("imagePullSecrets", ["regcred"]),
    ("secret_key_ref", {"name": "db", "key": "password"}),
    ("enable_secrets_encryption", True),
    ("recovery_window_in_days", 30),
    ("ssh_key", "ssh-ed25519 " + base64.b64encode(_ED).decode() + " ops@example.jp"),
    ("public_key", "ssh-rsa " + base64.b64encode(_SSH).decode() + " ops@example.jp"),
    ("certificate_authority[0].data", base64.b64encode(_CERTIFICATE.encode()).decode()),
    ("password", ""),
    ("password", None),
    ("token", "${var.token}"),
    ("DB_PASSWORD", "{{resolve:secretsmanager:prod/db:SecretString:password}}"),
    ("hash_key", "tenant_id"),
    ("partition_key", "pk"),
    ("routing_key", "orders.created"),
    ("tokenizer", "standard"),
    ("compass", "north"),
    ("id", "VpcPublicSubnet1Subnet5C2D37C4"),
    ("bypass", "AzureServices"),
    ("secretary", "Tanaka"),
)
"""Names that tell of secrets or digests, over values that are no secrets."""

TEXTS: tuple[str, ...] = (
    (
        "arn:aws:iam::123456789012:role/aws-service-role/elasticloadbalancing.amazonaws.com/"
        "AWSServiceRoleForElasticLoadBalancing"
    ),
    "arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:loadbalancer/app/web/50dc6c495c0c9188",
    "arn:aws:lambda:ap-northeast-1:123456789012:layer:AWSLambdaPowertoolsPythonV3-python312-x86:7",
    "arn:aws:kms:ap-northeast-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    "arn:aws:states:us-east-1:123456789012:stateMachine:HelloWorld-StateMachine2",
    "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012",
    "ami-0abcdef1234567890",
    "sg-0123456789abcdef0",
    "vpc-0a1b2c3d4e5f67890",
    "subnet-0bb1c79de3EXAMPLE",
    "eni-0123456789abcdef0 eipalloc-0123456789abcdef0 rtb-0123456789abcdef0",
    "123456789012",
    "3b89106b-512f-5d40-8e8e-0d130858d508",
    _GIT,
    f"commit {_GIT} (HEAD -> main)",
    _MD5,
    f"sha256:{_SHA}",
    f"etag: {_MD5}",
    f"nginx@sha256:{_SHA}",
    "123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/team/web-api:2026.04.01-1a2b3c4",
    "ghcr.io/example/app:v1.2.3-rc.1",
    "registry.example.jp:5000/team/app:latest",
    f"h1:{_SHA64}",
    f"zh:{_SHA}",
    f"sha512-{_SHA512}",
    f'"source_code_hash": "{_SHA64}"',
    f"content_md5 = {_MD564}",
    f"SHA256:{_SHA64.rstrip('=')}",
    _CERTIFICATE,
    _CERTIFICATE.replace("\n", "\\n"),
    json.dumps({"ca": _CERTIFICATE}),
    base64.b64encode(_CERTIFICATE.encode()).decode(),
    _lines(700).replace("\n", ""),
    _PUBLIC,
    "ssh-rsa " + base64.b64encode(_SSH).decode() + " ops@example.jp",
    "ssh-ed25519 " + base64.b64encode(_ED).decode(),
    "s3://team-terraform-state/network/ap-northeast-1/Prod/2026/04/01/terraform.tfstate",
    "team-terraform-state/AWSLogs/123456789012/CloudTrail/ap-northeast-1/2026/04/01/x.json.gz",
    "_acme-challenge.www.example.jp",
    "d111111abcdef8.cloudfront.net",
    "app-1234567890.ap-northeast-1.elb.amazonaws.com",
    "mydb.cxyzabc12345.ap-northeast-1.rds.amazonaws.com:5432",
    "Z08927421ABCDEFGHIJKL",
    "E2QWRUHAPOMQZL",
    "ap-northeast-1_AbCdEfGhI",
    "o-a1b2c3d4e5",
    "AROA1234567890EXAMPLE",
    _POLICY,
    json.dumps(_POLICY),
    json.dumps(json.loads(_POLICY), indent=2),
    _TASK,
    "10.0.0.0/16",
    "2001:db8:85a3::8a2e:370:7334/64",
    "ap-northeast-1a",
    "2026-04-01T09:30:00+09:00",
    "2026-01-02 03:04:05.678 +0000 UTC",
    "%Y-%m-%dT%H:%M:%S%z",
    'module.network["東京"].aws_subnet.private[0]',
    "module.db.aws_secretsmanager_secret_version.master_password",
    "aws_secretsmanager_secret.db: Refreshing state... [id=arn:aws:secretsmanager:x:1:secret:db]",
    "aws_ssm_parameter.db_password: Creation complete after 0s [id=/prod/db/password]",
    'random_password.master: Creating... token "x"',
    "terraform_data.a: Creation complete after 0s [id=3b89106b-512f-5d40-8e8e-0d130858d508]",
    "パスワードの変更を計画しました。承認のあとで、データベースは再作成されます。",
    "関所は、江戸時代に街道に置かれ、手形を持たない者は通さなかった。" * 20,
    "cron(0 10 ? * MON-FRI *)",
    "rate(5 minutes)",
    "0 */6 * * *",
    "<!doctype html><html lang='ja'><head><title>Sorry</title></head><body>503</body></html>",
    "<p>Enter your <b>password</b> and the token: it was sent by mail.</p>",
    "https://example.jp/path/To/Page?page=2&sort=name#section-3",
    "https://login.example.jp/oauth2/v1/token",
    "http://127.0.0.1:8080/runs/run_01hxyz",
    "https://sqs.ap-northeast-1.amazonaws.com/123456789012/orders.fifo",
    "https://example.jp:8443/x?mail=sato@example.jp",
    "git::https://git.example.jp/modules/vpc.git?ref=v5.1.2",
    "git@git.example.jp:infra/network.git",
    "postgres://db.internal:5432/app",
    "postgres://app@db.internal:5432/app?sslmode=require",
    "postgres://${var.user}:${var.password}@db.internal/app",
    "redis://cache.abc123.ng.0001.apne1.cache.amazonaws.com:6379/0",
    "jdbc:postgresql://db.internal:5432/app?ssl=true",
    "Server=db;Database=app;Integrated Security=true;Encrypt=true;",
    "mailto:sato@example.jp",
    "Error: password must contain at least one symbol",
    "Error: Invalid password: must be between 8 and 41 characters",
    "error: the token expired; sign in again",
    "Missing required argument: the argument password is required",
    "Error: no valid credential sources for Terraform AWS Provider found.",
    "Supports basic authentication and bearer certificates.",
    "a bearer of news",
    "password = var.db_password",
    "password = random_password.db.result",
    "password = data.aws_ssm_parameter.db.value",
    'password = "${var.db_password}"',
    "export DB_PASSWORD=$(aws ssm get-parameter --name /prod/db --with-decryption)",
    "export DB_PASSWORD=$DB_PASSWORD_FROM_STORE",
    "echo $PASSWORD",
    "password: string",
    "token: (known after apply)",
    "password: (sensitive)",
    "PasswordAuthentication no",
    "PASS_MAX_DAYS 90",
    "--secret-id prod/db --version-stage AWSCURRENT",
    "--password-stdin",
    "kubectl create secret generic db --from-file=/run/db",
    _CLOUD_INIT,
    base64.b64encode(_CLOUD_INIT.encode()).decode(),
    base64.b64encode(gzip.compress(_CLOUD_INIT.encode(), mtime=0)).decode(),
    json.dumps(_CLOUD_INIT),
    "mkdir -p /opt/app && ssh -p 2222 ops@10.0.0.5 && cp -p a b",
    "nginx:1.27-alpine3.19@sha256:" + _SHA,
    "ELBSecurityPolicy-TLS13-1-2-2021-06",
    "TLSv1.2_2021",
    "Managed-CachingOptimized 658327ea-f89d-4fab-a63d-7e88639e58f6",
    "AmazonEC2ContainerServiceforEC2Role",
    "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy",
    "MyStack-MyBucketF68F3FF0-1X2Y3Z4W5V6U7",
    "/aws/lambda/HandleOrderCreatedEventV2",
    "/ecs/web-api/ecs-exec-0123456789abcdef0123456789abcdef",
    "projects/my-project-123456/locations/asia-northeast1/keyRings/ring/cryptoKeys/key",
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/x",
    "web-5d59d67564-abcde",
    "custom.metrics.k8s.io/v1beta1",
    "index.handler",
    "python3.12",
    "t3.micro",
    "db.r6g.2xlarge",
    "gp3",
    "^CHG-\\d{4}-\\d{4}$",
    "^[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$",
    "fields @timestamp, @message | filter @message like /ERROR/ | sort @timestamp desc",
    "v=spf1 include:amazonses.com ~all",
    "v=DMARC1; p=quarantine; rua=mailto:dmarc@example.jp",
    "Plan: 1 to add, 0 to change, 0 to destroy.",
    "Terraform v1.11.4 on linux_amd64",
    "<html><img src='data:image/png;base64,"
    + base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"\x00" * 40).decode()
    + "'></html>",
    "0b1c2d3e-aaaa-bbbb-cccc-1234567890ab",
    "key = value",
    "sort_key: created_at",
    "max_tokens=4096",
    'tags = {"Owner" = "Sato", "CostCenter" = "CC-1234", "git_sha" = "1a2b3c4"}',
    "SELECT name, token_count FROM usage WHERE key = 'x'",
)
"""Texts with no secret in them."""
