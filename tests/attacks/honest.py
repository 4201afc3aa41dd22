"""Honest configurations, such as people write: inspection has nothing to say of any.

They need no provider but the built-in one, so that real Terraform says that they are valid.
"""

import json

PREFIX = 'resource "terraform_data" "x" {\n'

MODULE = """
variable "name" { type = string }
resource "terraform_data" "this" {
  input = var.name
}
output "id" { value = terraform_data.this.id }
"""

HONEST: dict[str, dict[str, str]] = {
    "nothing at all": {"main.tf": "# まだ何もありません\n"},
    "one resource": {"main.tf": PREFIX + '  input = "a"\n}\n'},
    "a module": {
        "main.tf": 'module "net" {\n  source = "./modules/net"\n  name   = "a"\n}\n',
        "modules/net/main.tf": MODULE,
    },
    "a module in a module": {
        "main.tf": 'module "a" {\n  source = "./a"\n}\n',
        "a/main.tf": 'module "b" {\n  source = "../b"\n  name = "x"\n}\n',
        "b/main.tf": MODULE,
    },
    "modules in a loop": {
        "main.tf": (
            'module "m" {\n  source   = "./m"\n  for_each = { a = "x", b = "y" }\n'
            "  name     = each.value\n}\n"
        ),
        "m/main.tf": MODULE,
    },
    "for_each over a set": {
        "main.tf": PREFIX + '  for_each = toset(["東京", "大阪"])\n  input    = each.key\n}\n'
    },
    "for_each over files": {
        "main.tf": (
            PREFIX + '  for_each = fileset(path.module, "policies/*.json")\n'
            '  input    = jsondecode(file("${path.module}/${each.value}"))\n}\n'
        ),
        "policies/a.json": "{}",
        "policies/b.json": '{"Statement": []}',
    },
    "count": {"main.tf": PREFIX + "  count = 3\n  input = count.index + 1\n}\n"},
    "a template": {
        "main.tf": (
            PREFIX + '  input = templatefile("${path.module}/user_data.sh.tpl", {\n'
            '    name = "web", ports = [80, 443]\n  })\n}\n'
        ),
        "user_data.sh.tpl": (
            "#!/bin/bash\necho ${name}\n%{ for p in ports ~}\nopen ${p}\n%{ endfor ~}\n"
            'if [ -f /etc/passwd ]; then eval "$(cat /etc/profile)"; fi\n'
        ),
    },
    "templates by name": {
        "main.tf": (
            'locals {\n  kinds = toset(["a", "b"])\n}\n'
            + PREFIX
            + '  for_each = local.kinds\n  input = templatefile("${path.module}/${each.key}.tpl", {})\n}\n'
        ),
        "a.tpl": "a",
        "b.tpl": "b",
    },
    "a script that is only text": {
        "main.tf": PREFIX
        + "  input = <<-EOT\n    #!/bin/sh\n    curl http://169.254.169.254/ && rm -rf /\n"
        '    file("/etc/passwd") provisioner "local-exec" {}\n    echo $${HOME} %%{x}\n  EOT\n}\n'
    },
    "JSON syntax": {
        "main.tf.json": json.dumps(
            {
                "//": "設定",
                "variable": {"env": {"type": "string", "default": "prod"}},
                "locals": {"name": "web-${var.env}"},
                "resource": {"terraform_data": {"x": {"input": "${local.name}"}}},
                "output": {"x": {"value": "${terraform_data.x.output}"}},
            },
            ensure_ascii=False,
        )
    },
    "both syntaxes": {
        "a.tf": 'locals {\n  a = "x"\n}\n',
        "b.tf.json": json.dumps({"output": {"a": {"value": "${upper(local.a)}"}}}),
    },
    "Japanese names": {
        "main.tf": (
            'variable "リージョン" {\n  default     = "東京"\n  description = "どこに作るか"\n}\n'
            'resource "terraform_data" "関所" {\n  input = { 名前 = var.リージョン }\n}\n'
            'output "結果" {\n  value = terraform_data.関所.output.名前\n}\n'
        )
    },
    "telling names": {
        "main.tf": (
            'variable "region" {\n  default = "ap-northeast-1"\n}\n'
            'variable "model" {\n  default = "x"\n}\nvariable "description" {\n  default = "x"\n}\n'
            'variable "command" {\n  default = "rm -rf /"\n}\nvariable "eval" {\n  default = "x"\n}\n'
            'variable "file" {\n  default = "/etc/passwd"\n}\n'
            + PREFIX
            + "  input = [var.region, var.model, var.description, var.command, var.eval, var.file]\n}\n"
        )
    },
    "resources with telling names": {
        "main.tf": (
            'resource "terraform_data" "provisioner" {\n  input = "local-exec"\n}\n'
            'resource "terraform_data" "external" {\n  input = terraform_data.provisioner.id\n}\n'
        )
    },
    "a dynamic and a splat": {
        "main.tf": (
            "locals {\n  rules = [{ port = 80 }, { port = 443 }]\n  ports = local.rules[*].port\n}\n"
            'output "p" {\n  value = join(",", [for p in local.ports : format("%d/tcp", p)])\n}\n'
        )
    },
    "conditions": {
        "main.tf": (
            'variable "env" {\n  default = "dev"\n  validation {\n'
            '    condition     = contains(["dev", "prod"], var.env)\n'
            '    error_message = "dev か prod を指定してください。"\n  }\n}\n'
            + PREFIX
            + '  input = var.env == "prod" ? 3 : 1\n  lifecycle {\n    precondition {\n'
            '      condition     = var.env != ""\n      error_message = "env"\n    }\n  }\n}\n'
        )
    },
    "a check": {
        "main.tf": (
            PREFIX + '  input = "a"\n}\ncheck "x" {\n  assert {\n'
            '    condition     = terraform_data.x.input == "a"\n    error_message = "no"\n  }\n}\n'
        )
    },
    "a move": {
        "main.tf": (
            PREFIX + '  input = "a"\n}\nmoved {\n  from = terraform_data.old\n'
            "  to   = terraform_data.x\n}\n"
        )
    },
    "lifecycle": {
        "main.tf": (
            PREFIX + '  input = "a"\n  triggers_replace = [1]\n  lifecycle {\n'
            "    create_before_destroy = true\n    ignore_changes = [input]\n  }\n}\n"
        )
    },
    "hashes of files": {
        "main.tf": (
            PREFIX + '  input = filesha256("${path.module}/lambda.zip")\n'
            '  triggers_replace = filemd5("lambda.zip")\n}\n'
        ),
        "lambda.zip": "PK",
    },
    "files by a map": {
        "main.tf": (
            'locals {\n  files = { a = "conf/a.txt", b = "conf/b.txt" }\n'
            '  texts = { for k, f in local.files : k => file("${path.root}/${f}") }\n}\n'
            'output "t" {\n  value = local.texts\n}\n'
        ),
        "conf/a.txt": "a",
        "conf/b.txt": "b",
    },
    "a path put together": {
        "main.tf": (
            'locals {\n  dir  = "${path.module}/conf"\n  file = join("/", [local.dir, "a.txt"])\n}\n'
            'output "t" {\n  value = try(file(local.file), file(format("%s/%s", local.dir, "a.txt")))\n}\n'
        ),
        "conf/a.txt": "a",
    },
    "long expressions and comments": {
        "main.tf": (
            '# コメント /* で始まり\n// も\n/* ${file("/etc/passwd")} */\nlocals {\n  a = '
            + " || ".join(f'"{n}" == "x"' for n in range(25))
            + "\n  b = -(1 + 2) * 3 % 2 >= 0 && !false\n"
            + '  c = { "k" : 1, (local.d) = 2, e = [1, [2, [3]]] }\n  d = "d" # 終わり\n}\n'
        )
    },
    "Windows line ends": {"main.tf": PREFIX.replace("\n", "\r\n") + '  input = "a"\r\n}\r\n'},
    "versions": {
        "main.tf": 'terraform {\n  required_version = ">= 1.5"\n}\n' + PREFIX + "  input = 1\n}\n"
    },
    "a tfvars file": {
        "main.tf": 'variable "a" {\n  type = list(string)\n}\noutput "a" {\n  value = var.a\n}\n',
        "terraform.tfvars": 'a = ["x", "y"]\n',
    },
}
