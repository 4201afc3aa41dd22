"""Types that hold no data of their own and yet decide whether data lasts."""

from sekisho.domain.stateful.entries import Protection, history, kept_for, refuses
from sekisho.domain.text import Text

PROTECTED: dict[str, tuple[Protection, ...]] = {
    "aws_lb": (refuses("enable_deletion_protection"),),
    "aws_alb": (refuses("enable_deletion_protection"),),
    "aws_networkfirewall_firewall": (refuses("delete_protection"),),
    "aws_s3_bucket_versioning": (history("versioning_configuration.0.status", "ENABLED"),),
    "aws_efs_backup_policy": (history("backup_policy.0.status", "ENABLED"),),
    "aws_backup_vault_lock_configuration": (kept_for("min_retention_days"),),
    "aws_rbin_rule": (kept_for("retention_period.0.retention_period_value"),),
    "aws_redshift_snapshot_copy": (kept_for("retention_period"),),
    "aws_config_configuration_recorder_status": (history("is_enabled"),),
    "aws_cloudtrail": (history("enable_logging"),),
}
"""Switches on types whose own loss is made good."""

GUARDS: dict[str, Text] = {
    "aws_s3_bucket_versioning": Text("the bucket's versioning", "バケットのバージョニング"),
    "aws_s3_bucket_object_lock_configuration": Text(
        "the bucket's object lock", "バケットのオブジェクトロック"
    ),
    "aws_s3_bucket_replication_configuration": Text(
        "the bucket's replication", "バケットのレプリケーション"
    ),
    "aws_s3_bucket_public_access_block": Text(
        "the block against public access", "パブリックアクセスのブロック"
    ),
    "aws_s3_account_public_access_block": Text(
        "the account's block against public access", "アカウントのパブリックアクセスブロック"
    ),
    "aws_s3tables_table_bucket_replication": Text(
        "the table bucket's replication", "テーブルバケットのレプリケーション"
    ),
    "aws_efs_backup_policy": Text(
        "the file system's automatic backups", "ファイルシステムの自動バックアップ"
    ),
    "aws_backup_plan": Text("the backup plan", "バックアッププラン"),
    "aws_backup_selection": Text("what the backup plan covers", "バックアッププランの対象"),
    "aws_backup_vault_lock_configuration": Text("the vault's lock", "ボールトロック"),
    "aws_glacier_vault_lock": Text("the vault's lock", "ボールトロック"),
    "aws_dlm_lifecycle_policy": Text("the snapshot schedule", "スナップショットの取得スケジュール"),
    "aws_rbin_rule": Text("the recycle bin", "ごみ箱の保持ルール"),
    "aws_redshift_snapshot_copy": Text(
        "the copies of snapshots in another region", "スナップショットの別リージョンへのコピー"
    ),
    "aws_redshift_snapshot_schedule": Text(
        "the snapshot schedule", "スナップショットの取得スケジュール"
    ),
    "aws_cloudtrail": Text("the audit trail", "監査証跡（CloudTrail）"),
    "aws_config_configuration_recorder": Text(
        "the record of configurations", "構成の記録（AWS Config）"
    ),
    "google_sql_source_representation_instance": Text("the replication", "レプリケーション"),
    "google_compute_disk_resource_policy_attachment": Text(
        "the disk's snapshot schedule", "ディスクのスナップショットスケジュール"
    ),
    "google_firestore_backup_schedule": Text("the backup schedule", "バックアップスケジュール"),
    "google_spanner_backup_schedule": Text("the backup schedule", "バックアップスケジュール"),
    "google_resource_manager_lien": Text("the lock against deletion", "削除防止のロック"),
    "azurerm_management_lock": Text("the lock against deletion", "削除防止のロック"),
    "azurerm_storage_container_immutability_policy": Text(
        "the policy that keeps blobs unchanged", "BLOB の不変ポリシー"
    ),
    "azurerm_backup_policy_vm": Text("the backup policy", "バックアップポリシー"),
}
"""Types whose deletion takes a protection away from something else, and which."""

EXPIRES: dict[str, Text] = {
    "aws_s3_bucket_lifecycle_configuration": Text("objects", "オブジェクト"),
    "aws_s3control_bucket_lifecycle_configuration": Text("objects", "オブジェクト"),
    "aws_ecr_lifecycle_policy": Text("container images", "コンテナイメージ"),
    "aws_opensearchserverless_lifecycle_policy": Text("indexed data", "インデックスのデータ"),
    "aws_imagebuilder_lifecycle_policy": Text("machine images", "マシンイメージ"),
    "google_bigtable_gc_policy": Text("cells of the table", "テーブルのセル"),
    "azurerm_storage_management_policy": Text("blobs", "BLOB"),
}
"""Types whose rules delete data by themselves, and which."""
