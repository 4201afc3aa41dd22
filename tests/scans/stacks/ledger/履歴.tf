variable "保持日数" {
  type    = number
  default = 7
}

resource "aws_cloudwatch_log_group" "履歴" {
  for_each          = { 東京 = "tokyo", 大阪 = "osaka" }
  name              = "/kiroku/${each.value}"
  retention_in_days = var.保持日数
}
