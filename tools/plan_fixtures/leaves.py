"""Cases 4 to 7 of the contract: what a value can be."""

from tools.plan_fixtures.aws_provider import AWS, AWS_ON_MOTO
from tools.plan_fixtures.story import Step, Story, one, pair, with_kata

LEAKY = """
resource "terraform_data" "url" {{
  input = "postgres://app:himitsu-{n}-url@db.internal:5432/app?sslmode=require"
}}
resource "terraform_data" "environment" {{
  input = jsonencode([
    {{ name = "DB_PASSWORD", value = "himitsu-{n}-env" }},
    {{ name = "PORT", value = "80{n}" }},
  ])
}}
resource "terraform_data" "script" {{
  input = <<-END
    #!/bin/sh
    export AWS_SECRET_ACCESS_KEY=himitsu{n}wJalrXUtnFEMIK7MDENGbPxRfiCYEX
    export API_TOKEN="himitsu-{n}-token"
    echo started {n}
  END
}}
resource "terraform_data" "dotnet" {{
  input = "Server=tcp:db;Database=app;User ID=app;Password=himitsu-{n}-ado;Encrypt=true"
}}
"""
INSTANCES = """
resource "aws_instance" "web" {
  ami              = "ami-12345678"
  instance_type    = "t3.micro"
  user_data_base64 = base64encode("#!/bin/sh\\nexport DB_PASSWORD=himitsu-userdata-b64\\n")
  tags             = { Name = "web" }
}
resource "aws_instance" "plain" {
  ami           = "ami-12345678"
  instance_type = "t3.micro"
  user_data     = "#!/bin/sh\\nexport DB_PASSWORD=himitsu-userdata\\n"
}
resource "aws_lambda_function" "f" {
  function_name = "f"
  role          = "arn:aws:iam::123456789012:role/f"
  handler       = "f.f"
  runtime       = "python3.8"
  s3_bucket     = "code"
  s3_key        = "f.zip"
  environment {
    variables = {
      DB_PASSWORD  = "himitsu-lambda"
      DATABASE_URL = "mysql://u:himitsu-mysql@h/d"
      MODE         = "x"
    }
  }
}
resource "aws_ecs_task_definition" "t" {
  family                = "t"
  container_definitions = jsonencode([{ name = "t", image = "t:1", memory = 64,
    environment = [{ name = "API_KEY", value = "himitsu-ecs" }] }])
}
resource "aws_db_instance" "d" {
  identifier          = "d"
  engine              = "postgres"
  instance_class      = "db.t3.micro"
  allocated_storage   = 10
  username            = "app"
  password            = "himitsu-db-word"
  skip_final_snapshot = true
}
"""

SETS = """
resource "kata_form" "a" {{
  name   = "a"
  zones  = {zones}
  routes = {routes}
  {ingress}
}}
"""
GROUP = """
resource "aws_security_group" "web" {{
  name        = "web"
  description = "web"
  {rules}
}}
"""
RULE = (
    "ingress {{\n    from_port   = {0}\n    to_port     = {0}\n"
    '    protocol    = "tcp"\n    cidr_blocks = ["{1}"]\n  }}\n  '
)

POLICY = """
resource "terraform_data" "policy" {{
  input = {policy}
}}
resource "terraform_data" "spaces" {{
  input = {spaces}
}}
resource "terraform_data" "became_text" {{
  input = {text}
}}
"""
COMPACT = '"{\\"a\\":1,\\"b\\":[true]}"'
IAM = """
resource "aws_iam_policy" "reader" {{
  name   = "reader"
  policy = jsonencode({{
    Version   = "2012-10-17"
    Statement = [{{ Effect = "Allow", Action = {actions}, Resource = "arn:aws:s3:::logs/*" }}]
  }})
}}
"""

NUMBERS = """
resource "terraform_data" "numbers" {{
  input = {numbers}
}}
resource "terraform_data" "nulls" {{
  input = {nulls}
}}
resource "terraform_data" "types" {{
  input = {types}
}}
"""
WRITE_ONLY = """
ephemeral "kata_token" "t" {{
  name = "t"
}}
variable "once" {{
  type      = string
  ephemeral = true
  default   = "himitsu-once"
}}
resource "kata_form" "rotated" {{
  name           = "rotated"
  pin_wo         = "${{ephemeral.kata_token.t.value}}${{var.once}}"
  pin_wo_version = {n}
}}
{more}
"""
EPHEMERAL = """
variable "bare" {
  type      = string
  ephemeral = true
}
variable "defaulted" {
  type      = string
  ephemeral = true
  default   = "the default"
}
resource "terraform_data" "a" {
  provisioner "local-exec" {
    command = "true ${var.bare} ${var.defaulted}"
  }
}
"""
NEW_FORM = 'resource "kata_form" "new" {\n  name   = "new"\n  pin_wo = var.once\n}'


def _ingress(start: int, end: int, note: str = "") -> str:
    more = f'    note = "{note}"\n' if note else ""
    return f"ingress {{\n    from = {start}\n    to   = {end}\n{more}  }}\n  "


STORIES = (
    pair(
        "case04-unflagged",
        "secrets that nobody marked: a URL, JSON of an environment, a script, a connection string",
        LEAKY,
        {"n": 1},
        {"n": 2},
    ),
    Story(
        "case04-unflagged-aws",
        "secrets in user data, environments and container definitions of genuine AWS types",
        {"provider.tf": AWS, "main.tf": INSTANCES.lstrip()},
    ),
    pair(
        "case05-sets",
        "sets of strings, of objects, and of blocks: one element changes, one goes, one comes",
        SETS,
        {
            "zones": '["a", "b", "c"]',
            "routes": '[{ port = 22, source = "10.0.0.0/8" }, { port = 80, source = "old" }, '
            '{ port = 443, source = "x", tags = { t = "1" } }]',
            "ingress": _ingress(1, 2) + _ingress(3, 4, "old"),
        },
        {
            "zones": '["b", "c", "d"]',
            "routes": '[{ port = 21, source = "new" }, { port = 22, source = "10.0.0.0/8" }, '
            '{ port = 443, source = "x", tags = { t = "2" } }]',
            "ingress": _ingress(3, 4, "new") + _ingress(0, 0) + _ingress(1, 2),
        },
    ),
    Story(
        "case05-sets-security-group",
        "the rules of a genuine aws_security_group: one port opens, one source changes, one stays",
        {
            "provider.tf": AWS,
            "main.tf": GROUP.format(
                rules=RULE.format(22, "0.0.0.0/0")
                + RULE.format(80, "10.1.0.0/16")
                + RULE.format(443, "10.0.0.0/8")
            ).lstrip(),
        },
        (
            Step(
                {
                    "provider.tf": AWS_ON_MOTO,
                    "main.tf": GROUP.format(
                        rules=RULE.format(80, "10.0.0.0/16") + RULE.format(443, "10.0.0.0/8")
                    ).lstrip(),
                }
            ),
        ),
        options=("-refresh=false",),
        moto=True,
    ),
    pair(
        "case06-json-strings",
        "JSON inside strings: changed, white space alone, and no JSON any more",
        POLICY,
        {
            "policy": 'jsonencode({ Statement = [{ Action = ["s3:GetObject"], Resource = "*" }] })',
            "spaces": COMPACT,
            "text": COMPACT,
        },
        {
            "policy": "jsonencode({ Statement = "
            '[{ Action = ["s3:GetObject", "s3:*"], Resource = "*" }] })',
            "spaces": '"{ \\"b\\": [true],\\n  \\"a\\": 1 }"',
            "text": '"plain"',
        },
    ),
    Story(
        "case06-json-iam-policy",
        "the document of a genuine aws_iam_policy changes",
        {
            "provider.tf": AWS,
            "main.tf": IAM.format(actions='["s3:GetObject", "s3:PutObject"]').lstrip(),
        },
        (
            Step(
                {
                    "provider.tf": AWS_ON_MOTO,
                    "main.tf": IAM.format(actions='["s3:GetObject"]').lstrip(),
                }
            ),
        ),
        options=("-refresh=false",),
        moto=True,
    ),
    pair(
        "case07-numbers-and-nulls",
        "numbers beyond floats; null given, key absent, key removed; values that change type",
        NUMBERS,
        {
            "numbers": "{ big = 12345678901234567890123, tenth = 0.1, same = 1e30, "
            "fine = 1.00000000000000000001 }",
            "nulls": '{ given = "x", removed = "x", was_null = null, stays = null }',
            "types": '{ number = 1, text = "1", flag = "true", empty = "", list = [] }',
        },
        {
            "numbers": "{ big = 12345678901234567890124, tenth = 0.2, same = 1e30, "
            "fine = 1.00000000000000000002 }",
            "nulls": '{ given = null, was_null = "x", stays = null, new = null }',
            "types": '{ number = "1", text = 1, flag = true, empty = null, list = {} }',
        },
    ),
    Story(
        "case07-write-only",
        "a write-only argument: null on both sides; its version says that it is written again",
        with_kata(WRITE_ONLY.format(n=2, more=NEW_FORM)),
        (Step(with_kata(WRITE_ONLY.format(n=1, more=""))),),
    ),
    Story(
        "case07-write-only-1-15",
        "the same, as Terraform 1.15 writes it",
        with_kata(WRITE_ONLY.format(n=2, more=NEW_FORM)),
        (Step(with_kata(WRITE_ONLY.format(n=1, more=""))),),
        engine="library",
    ),
    Story(
        "case07-ephemeral-variables",
        "ephemeral variables that were given: one with a default, one without",
        one(EPHEMERAL),
        options=("-var=defaulted=himitsu-given", "-var=bare=himitsu-bare"),
    ),
)
