resource "aws_ecr_repository" "app" {
  name = "app"
}

resource "aws_sns_topic" "news" {
  #checkov:skip=CKV_AWS_26:nothing in it is secret
  name = "news"
}

resource "aws_cloudwatch_log_group" "app" {
  name = "/app"
}
