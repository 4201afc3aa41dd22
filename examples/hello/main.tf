# A configuration that needs no provider and no cloud: Terraform's builtin terraform_data.
# 起動確認用の構成です。プロバイダーもクラウドも要りません。

variable "greeting" {
  type        = string
  default     = "こんにちは、関所"
  description = "What the gatekeeper says. 関所の番人のあいさつ。"
}

resource "terraform_data" "gate" {
  input = {
    greeting = var.greeting
    guards   = 2
  }
}

resource "terraform_data" "road" {
  for_each = toset(["tokaido", "nakasendo", "koshu"])
  input    = "${each.key} passes the gate ${terraform_data.gate.id}"
}

output "greeting" {
  value = terraform_data.gate.output.greeting
}

output "roads" {
  value = sort([for road in terraform_data.road : road.output])
}
