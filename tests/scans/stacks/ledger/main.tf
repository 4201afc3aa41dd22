resource "aws_redshift_cluster" "analysis" {
  cluster_identifier  = "bunseki"
  node_type           = "dc2.large"
  master_username     = "bunseki"
  master_password     = <<-EOT
    Hikari-0000-in-no-finding
  EOT
  publicly_accessible = true
  encrypted           = false
  skip_final_snapshot = true
  tags                = { "用途" = "分析の基盤" }
}
