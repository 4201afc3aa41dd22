variable "password" {
  type      = string
  sensitive = true
  default   = "not-in-any-finding-4711"
}

locals {
  names = ["events", "orders"]
}

module "bucket" {
  source   = "./modules/bucket"
  for_each = toset(local.names)
  name     = each.key
}

resource "aws_db_instance" "orders" {
  identifier          = "orders"
  engine              = "mysql"
  instance_class      = "db.t3.small"
  allocated_storage   = 20
  username            = "orders"
  password            = var.password
  publicly_accessible = true
  storage_encrypted   = false
  skip_final_snapshot = true
}

resource "aws_dynamodb_table" "jobs" {
  count        = 2
  name         = "jobs-${count.index}"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_kms_key" "orders" {
  description = "of orders"
}

resource "aws_sqs_queue" "late" {
  name = "late"
}
