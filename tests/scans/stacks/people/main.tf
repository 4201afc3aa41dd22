data "aws_iam_policy_document" "everything" {
  statement {
    effect    = "Allow"
    actions   = ["*"]
    resources = ["*"]
  }
}

resource "aws_iam_policy" "everything" {
  name   = "everything"
  policy = data.aws_iam_policy_document.everything.json
}

resource "aws_iam_user" "robot" {
  name = "robot"
}

resource "aws_iam_user_policy_attachment" "robot" {
  user       = aws_iam_user.robot.name
  policy_arn = aws_iam_policy.everything.arn
}

resource "aws_iam_role" "any" {
  name = "any"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = "*" }
    }]
  })
}

resource "aws_iam_account_password_policy" "weak" {
  minimum_password_length = 8
}

resource "aws_lambda_function" "job" {
  function_name = "job"
  role          = aws_iam_role.any.arn
  handler       = "job.main"
  runtime       = "python3.8"
  s3_bucket     = "artifacts-of-the-example"
  s3_key        = "job.zip"

  environment {
    variables = { MODE = "fast" }
  }
}
