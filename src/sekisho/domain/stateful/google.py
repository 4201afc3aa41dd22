"""What holds data on Google Cloud."""

from sekisho.domain.stateful.entries import (
    Effect,
    Protection,
    data,
    history,
    kept_for,
    lesser,
    only_empty,
    refuses,
)

_PROTECTED = refuses("deletion_protection")
_PROTECTED_ENABLED = refuses("deletion_protection_enabled")
_POLICY = Protection("deletion_policy", Effect.KEPT, ("ABANDON",))
_EMPTY = only_empty("force_destroy")

GOOGLE = {
    "google_sql_database_instance": data(
        "the database instance and its automated backups",
        "データベースインスタンスと自動バックアップ",
        _PROTECTED,
        refuses("settings.0.deletion_protection_enabled"),
        history("settings.0.backup_configuration.0.enabled"),
        history("settings.0.backup_configuration.0.point_in_time_recovery_enabled"),
    ),
    "google_sql_database": data("the database", "データベース", _POLICY),
    "google_sql_user": lesser("the database user", "データベースユーザー", _POLICY),
    "google_alloydb_cluster": data(
        "the database cluster and its backups",
        "データベースクラスターとバックアップ",
    ),
    "google_alloydb_instance": lesser("one instance of the cluster", "クラスターのインスタンス"),
    "google_alloydb_backup": data("the database backup", "データベースのバックアップ"),
    "google_spanner_instance": data(
        "the instance and its databases", "インスタンスとそのデータベース", _EMPTY
    ),
    "google_spanner_database": data(
        "the database",
        "データベース",
        _PROTECTED,
        refuses("enable_drop_protection"),
    ),
    "google_bigtable_instance": data(
        "the instance and its tables", "インスタンスとそのテーブル", _PROTECTED
    ),
    "google_bigtable_table": data(
        "the table and its rows",
        "テーブルとその行",
        refuses("deletion_protection", "PROTECTED"),
    ),
    "google_bigquery_dataset": data(
        "the dataset and its tables",
        "データセットとそのテーブル",
        only_empty("delete_contents_on_destroy"),
    ),
    "google_bigquery_table": data("the table and its rows", "テーブルとその行", _PROTECTED),
    "google_firestore_database": data(
        "the document database",
        "ドキュメントデータベース",
        refuses("delete_protection_state", "DELETE_PROTECTION_ENABLED"),
        _POLICY,
        history("point_in_time_recovery_enablement", "POINT_IN_TIME_RECOVERY_ENABLED"),
    ),
    "google_firestore_document": data("the document", "ドキュメント"),
    "google_storage_bucket": data(
        "the bucket and its objects",
        "バケットとそのオブジェクト",
        _EMPTY,
        history("versioning.0.enabled"),
        kept_for("soft_delete_policy.0.retention_duration_seconds"),
    ),
    "google_storage_bucket_object": data("the object", "オブジェクト"),
    "google_storage_hmac_key": data("the access key", "アクセスキー"),
    "google_filestore_instance": data(
        "the file shares and their files", "ファイル共有とそのファイル", _PROTECTED_ENABLED
    ),
    "google_filestore_backup": data("the backup of the files", "ファイルのバックアップ"),
    "google_filestore_snapshot": data("the snapshot of the files", "ファイルのスナップショット"),
    "google_netapp_storage_pool": data("the storage pool", "ストレージプール"),
    "google_netapp_volume": data("the volume and its files", "ボリュームとそのファイル"),
    "google_netapp_volume_snapshot": data("the volume's snapshot", "ボリュームのスナップショット"),
    "google_netapp_backup": data("the volume's backup", "ボリュームのバックアップ"),
    "google_netapp_backup_vault": data("the backups in the vault", "ボールト内のバックアップ"),
    "google_lustre_instance": data(
        "the file system and its files", "ファイルシステムとそのファイル"
    ),
    "google_parallelstore_instance": data(
        "the file system and its files", "ファイルシステムとそのファイル"
    ),
    "google_redis_instance": data("what the cache holds", "キャッシュの内容"),
    "google_redis_cluster": data("what the cache holds", "キャッシュの内容", _PROTECTED_ENABLED),
    "google_memorystore_instance": data(
        "what the cache holds", "キャッシュの内容", _PROTECTED_ENABLED
    ),
    "google_memcache_instance": lesser("what the cache holds", "キャッシュの内容"),
    "google_pubsub_topic": data(
        "messages that are kept in the topic", "トピックに保持されたメッセージ"
    ),
    "google_pubsub_subscription": data("messages that are not delivered yet", "未配信のメッセージ"),
    "google_pubsub_lite_topic": data("the messages in the topic", "トピックのメッセージ"),
    "google_pubsub_schema": lesser("the schema", "スキーマ"),
    "google_compute_disk": data("the disk and its data", "ディスクとそのデータ"),
    "google_compute_region_disk": data("the disk and its data", "ディスクとそのデータ"),
    "google_compute_snapshot": data("the disk snapshot", "ディスクのスナップショット"),
    "google_compute_image": data("the machine image", "マシンイメージ"),
    "google_compute_instance": lesser(
        "the instance and its boot disk", "インスタンスとブートディスク", _PROTECTED
    ),
    "google_compute_address": lesser("the IP address", "IP アドレス"),
    "google_compute_global_address": lesser("the IP address", "IP アドレス"),
    "google_workbench_instance": data(
        "the notebooks on the instance", "インスタンス上のノートブック"
    ),
    "google_notebooks_instance": data(
        "the notebooks on the instance", "インスタンス上のノートブック"
    ),
    "google_container_cluster": data(
        "the Kubernetes cluster and the objects in it",
        "Kubernetes クラスターとその中のオブジェクト",
        _PROTECTED,
    ),
    "google_artifact_registry_repository": data(
        "the images and packages in the repository", "リポジトリ内のイメージとパッケージ"
    ),
    "google_sourcerepo_repository": data(
        "the Git repository and its history", "Git リポジトリとその履歴"
    ),
    "google_secure_source_manager_repository": data(
        "the Git repository and its history", "Git リポジトリとその履歴"
    ),
    "google_kms_crypto_key": data(
        "the key and everything that is encrypted with it", "鍵と、その鍵で暗号化された全データ"
    ),
    "google_kms_crypto_key_version": data(
        "this version of the key and what is encrypted with it",
        "鍵のこのバージョンと、それで暗号化されたデータ",
    ),
    "google_secret_manager_secret": data(
        "the secret and all its versions", "シークレットとその全バージョン", _PROTECTED
    ),
    "google_secret_manager_regional_secret": data(
        "the secret and all its versions", "シークレットとその全バージョン"
    ),
    "google_secret_manager_secret_version": data(
        "this version of the secret",
        "シークレットのこのバージョン",
        Protection("deletion_policy", Effect.KEPT, ("ABANDON", "DISABLE")),
    ),
    "google_secret_manager_regional_secret_version": data(
        "this version of the secret",
        "シークレットのこのバージョン",
        Protection("deletion_policy", Effect.KEPT, ("ABANDON", "DISABLE")),
    ),
    "google_privateca_certificate_authority": data(
        "the certificate authority and its private key", "認証局とその秘密鍵", _PROTECTED
    ),
    "google_service_account": data(
        "the account, its keys and its permissions", "アカウント、鍵、権限"
    ),
    "google_service_account_key": data(
        "the key: programs that use it stop working",
        "鍵（使用中のプログラムは動かなくなります）",
    ),
    "google_identity_platform_tenant": data("the tenant's users", "テナントのユーザー"),
    "google_project": data(
        "the project and everything in it",
        "プロジェクトとその中のすべて",
        refuses("deletion_policy", "PREVENT"),
    ),
    "google_dns_managed_zone": data(
        "the zone, its records and its name servers", "ゾーン、レコード、ネームサーバー", _EMPTY
    ),
    "google_logging_project_bucket_config": data(
        "the logs in the bucket", "バケット内のログ", kept_for("retention_days")
    ),
    "google_healthcare_dataset": data("the health records", "医療データ"),
    "google_healthcare_fhir_store": data("the FHIR records", "FHIR データ"),
    "google_healthcare_dicom_store": data("the medical images", "医用画像"),
    "google_healthcare_hl7_v2_store": data("the HL7 messages", "HL7 メッセージ"),
    "google_dataproc_metastore_service": data(
        "the metastore's table definitions", "メタストアのテーブル定義", _PROTECTED
    ),
    "google_composer_environment": data(
        "the environment's run history and connections", "環境の実行履歴と接続設定"
    ),
    "google_looker_instance": data(
        "dashboards and settings of the instance", "インスタンスのダッシュボードと設定"
    ),
    "google_backup_dr_backup_vault": data("the backups in the vault", "ボールト内のバックアップ"),
    "google_oracle_database_autonomous_database": data(
        "the Oracle database and its backups", "Oracle データベースとバックアップ", _PROTECTED
    ),
}
