"""Databases, caches, search and streams on AWS."""

from sekisho.domain.stateful.entries import (
    Effect,
    Protection,
    Stand,
    Wanted,
    data,
    history,
    kept_for,
    lesser,
    refuses,
)

_PROTECTED = refuses("deletion_protection")
_PROTECTED_ENABLED = refuses("deletion_protection_enabled")
_FINAL_SNAPSHOT = Protection("skip_final_snapshot", Effect.SNAPSHOT, Wanted.FALSE, Stand.ON)
_FINAL_NAME = Protection("final_snapshot_identifier", Effect.SNAPSHOT, Wanted.FILLED)
_BACKUPS = Protection("delete_automated_backups", Effect.BACKUPS, Wanted.FALSE)
"""Unset, the provider takes true: the backups go too."""
_BACKUP_DAYS = kept_for("backup_retention_period")
_SNAPSHOT_DAYS = kept_for("snapshot_retention_limit")
_RECOVERY = history("point_in_time_recovery.0.enabled")

DATABASES = {
    # RDS and Aurora
    "aws_db_instance": data(
        "the database and its automated backups",
        "データベースと自動バックアップ",
        _PROTECTED,
        _FINAL_SNAPSHOT,
        _BACKUPS,
        _BACKUP_DAYS,
    ),
    "aws_rds_cluster": data(
        "the database cluster and its automated backups",
        "データベースクラスターと自動バックアップ",
        _PROTECTED,
        _FINAL_SNAPSHOT,
        _BACKUPS,
        _BACKUP_DAYS,
    ),
    "aws_rds_cluster_instance": lesser(
        "one instance of the cluster (the last one takes the data with it)",
        "クラスターのインスタンス（最後の 1 台ならデータも失われます）",
    ),
    "aws_rds_global_cluster": data(
        "the global database and its replication between regions",
        "グローバルデータベースとリージョン間のレプリケーション",
        _PROTECTED,
    ),
    "aws_rds_shard_group": data("the shards of the database", "データベースのシャード"),
    "aws_db_snapshot": data("the database snapshot", "データベースのスナップショット"),
    "aws_db_snapshot_copy": data("the copy of the snapshot", "スナップショットのコピー"),
    "aws_db_cluster_snapshot": data("the cluster snapshot", "クラスターのスナップショット"),
    "aws_rds_cluster_snapshot_copy": data(
        "the copy of the cluster snapshot", "クラスタースナップショットのコピー"
    ),
    "aws_db_instance_automated_backups_replication": data(
        "the automated backups in the other region",
        "別リージョンにある自動バックアップ",
        kept_for("retention_period"),
    ),
    # DocumentDB, Neptune, DSQL
    "aws_docdb_cluster": data(
        "the document database and its automated backups",
        "ドキュメントデータベースと自動バックアップ",
        _PROTECTED,
        _FINAL_SNAPSHOT,
        _BACKUP_DAYS,
    ),
    "aws_docdb_cluster_instance": lesser("one instance of the cluster", "クラスターのインスタンス"),
    "aws_docdb_cluster_snapshot": data("the cluster snapshot", "クラスターのスナップショット"),
    "aws_docdb_global_cluster": data(
        "the global document database and its replication between regions",
        "グローバルドキュメントデータベースとリージョン間のレプリケーション",
        _PROTECTED,
    ),
    "aws_docdbelastic_cluster": data(
        "the elastic document database and its backups",
        "エラスティックドキュメントデータベースとバックアップ",
        _BACKUP_DAYS,
    ),
    "aws_neptune_cluster": data(
        "the graph database and its automated backups",
        "グラフデータベースと自動バックアップ",
        _PROTECTED,
        _FINAL_SNAPSHOT,
        _BACKUP_DAYS,
    ),
    "aws_neptune_cluster_instance": lesser(
        "one instance of the cluster", "クラスターのインスタンス"
    ),
    "aws_neptune_cluster_snapshot": data("the cluster snapshot", "クラスターのスナップショット"),
    "aws_neptune_global_cluster": data(
        "the global graph database and its replication between regions",
        "グローバルグラフデータベースとリージョン間のレプリケーション",
        _PROTECTED,
    ),
    "aws_neptunegraph_graph": data("the graph and its data", "グラフとそのデータ", _PROTECTED),
    "aws_dsql_cluster": data(
        "the distributed database and its data",
        "分散データベースとそのデータ",
        _PROTECTED_ENABLED,
        Protection("force_destroy", Effect.OVERRIDES, Wanted.FALSE, Stand.ON),
    ),
    # DynamoDB, Keyspaces, QLDB, Timestream
    "aws_dynamodb_table": data(
        "the table, its items and its continuous backups",
        "テーブル、項目、継続的バックアップ",
        _PROTECTED_ENABLED,
        _RECOVERY,
    ),
    "aws_dynamodb_table_replica": data(
        "the table's replica in that region",
        "そのリージョンのテーブルレプリカ",
        _PROTECTED_ENABLED,
        history("point_in_time_recovery"),
    ),
    "aws_dynamodb_global_table": data(
        "the replicas of the global table", "グローバルテーブルのレプリカ"
    ),
    "aws_dynamodb_table_item": data("the item", "テーブルの項目"),
    "aws_keyspaces_keyspace": data(
        "the keyspace and all its tables", "キースペースとその全テーブル"
    ),
    "aws_keyspaces_table": data(
        "the table and its rows",
        "テーブルとその行",
        history("point_in_time_recovery.0.status", "ENABLED"),
    ),
    "aws_qldb_ledger": data("the ledger and its journal", "台帳とジャーナル", _PROTECTED),
    "aws_timestreamwrite_database": data(
        "the time-series database and its tables", "時系列データベースとそのテーブル"
    ),
    "aws_timestreamwrite_table": data(
        "the time series in the table",
        "テーブルの時系列データ",
        kept_for("retention_properties.0.magnetic_store_retention_period_in_days"),
    ),
    "aws_timestreaminfluxdb_db_instance": data(
        "the time-series database and its data", "時系列データベースとそのデータ"
    ),
    "aws_timestreaminfluxdb_db_cluster": data(
        "the time-series cluster and its data", "時系列クラスターとそのデータ"
    ),
    # Oracle Database@AWS, FinSpace
    "aws_odb_autonomous_database": data(
        "the Oracle database and its backups", "Oracle データベースとバックアップ"
    ),
    "aws_odb_cloud_vm_cluster": data(
        "the Oracle clusters' machines and their databases",
        "Oracle VM クラスターとそのデータベース",
    ),
    "aws_odb_cloud_exadata_infrastructure": data(
        "the Exadata infrastructure and all that is on it",
        "Exadata インフラストラクチャーとその中のすべて",
    ),
    "aws_odb_cloud_autonomous_vm_cluster": data(
        "the autonomous cluster and its databases", "自律型クラスターとそのデータベース"
    ),
    "aws_finspace_kx_environment": data("the kdb environment", "kdb 環境"),
    "aws_finspace_kx_database": data("the kdb database", "kdb データベース"),
    "aws_finspace_kx_volume": data("the kdb volume", "kdb ボリューム"),
    # Redshift
    "aws_redshift_cluster": data(
        "the data warehouse and its automated snapshots",
        "データウェアハウスと自動スナップショット",
        _FINAL_SNAPSHOT,
        kept_for("automated_snapshot_retention_period"),
    ),
    "aws_redshift_cluster_snapshot": data(
        "the data warehouse's snapshot", "データウェアハウスのスナップショット"
    ),
    "aws_redshiftserverless_namespace": data(
        "the serverless data warehouse's databases",
        "サーバーレスデータウェアハウスのデータベース",
    ),
    "aws_redshiftserverless_snapshot": data(
        "the serverless data warehouse's snapshot",
        "サーバーレスデータウェアハウスのスナップショット",
    ),
    # caches and memory databases
    "aws_elasticache_cluster": data(
        "what the cache holds and its automatic snapshots",
        "キャッシュの内容と自動スナップショット",
        _FINAL_NAME,
        _SNAPSHOT_DAYS,
    ),
    "aws_elasticache_replication_group": data(
        "what the cache holds and its automatic snapshots",
        "キャッシュの内容と自動スナップショット",
        _FINAL_NAME,
        _SNAPSHOT_DAYS,
    ),
    "aws_elasticache_serverless_cache": data(
        "what the cache holds and its automatic snapshots",
        "キャッシュの内容と自動スナップショット",
        _SNAPSHOT_DAYS,
    ),
    "aws_elasticache_global_replication_group": data(
        "the global cache and its replication between regions",
        "グローバルキャッシュとリージョン間のレプリケーション",
    ),
    "aws_memorydb_cluster": data(
        "the in-memory database and its automatic snapshots",
        "インメモリデータベースと自動スナップショット",
        Protection("final_snapshot_name", Effect.SNAPSHOT, Wanted.FILLED),
        _SNAPSHOT_DAYS,
    ),
    "aws_memorydb_multi_region_cluster": data(
        "the in-memory database's replication between regions",
        "インメモリデータベースのリージョン間レプリケーション",
    ),
    "aws_memorydb_snapshot": data(
        "the in-memory database's snapshot", "インメモリデータベースのスナップショット"
    ),
    "aws_dax_cluster": lesser("what the cache holds", "キャッシュの内容"),
    # search
    "aws_opensearch_domain": data(
        "the indexes and their automated snapshots", "インデックスと自動スナップショット"
    ),
    "aws_elasticsearch_domain": data(
        "the indexes and their automated snapshots", "インデックスと自動スナップショット"
    ),
    "aws_opensearchserverless_collection": data(
        "the collection and its indexes", "コレクションとそのインデックス"
    ),
    "aws_kendra_index": data("the search index", "検索インデックス"),
    # streams, queues, brokers
    "aws_kinesis_stream": data(
        "the records in the stream", "ストリーム内のレコード", kept_for("retention_period")
    ),
    "aws_kinesis_video_stream": data(
        "the recordings in the stream", "ストリーム内の映像", kept_for("data_retention_in_hours")
    ),
    "aws_kinesis_firehose_delivery_stream": lesser("records not delivered yet", "未配信のレコード"),
    "aws_kinesisanalyticsv2_application": lesser(
        "the application's state", "アプリケーションの状態データ"
    ),
    "aws_kinesisanalyticsv2_application_snapshot": data(
        "the snapshot of the application's state", "アプリケーションの状態スナップショット"
    ),
    "aws_msk_cluster": data("the topics and their messages", "トピックとメッセージ"),
    "aws_msk_serverless_cluster": data("the topics and their messages", "トピックとメッセージ"),
    "aws_msk_topic": data("the topic and its messages", "トピックとメッセージ"),
    "aws_sqs_queue": data(
        "the messages in the queue", "キュー内のメッセージ", kept_for("message_retention_seconds")
    ),
    "aws_mq_broker": data("the broker's queues and messages", "ブローカーのキューとメッセージ"),
}
