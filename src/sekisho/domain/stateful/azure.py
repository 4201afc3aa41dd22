"""What holds data on Azure. Protection there is a lock or a provider feature, seen in no plan."""

from sekisho.domain.stateful.entries import data, history, kept_for, lesser

_PURGE = history("purge_protection_enabled")
_SOFT_DAYS = kept_for("soft_delete_retention_days")
"""No promise at a deletion: unless told otherwise, the provider purges what it deletes."""
_BACKUP_DAYS = kept_for("backup_retention_days")
_BLOBS = "blob_properties.0"

AZURE = {
    "azurerm_mssql_database": data(
        "the database and its automated backups",
        "データベースと自動バックアップ",
        kept_for("short_term_retention_policy.0.retention_days"),
    ),
    "azurerm_mssql_server": data(
        "the server with all its databases", "サーバーとその全データベース"
    ),
    "azurerm_mssql_managed_instance": data(
        "the instance with all its databases", "インスタンスとその全データベース"
    ),
    "azurerm_mssql_managed_database": data("the database", "データベース"),
    "azurerm_mssql_elasticpool": lesser("the pool of databases", "データベースのプール"),
    "azurerm_mysql_flexible_server": data(
        "the server with all its databases and backups",
        "サーバーとその全データベース、バックアップ",
        _BACKUP_DAYS,
    ),
    "azurerm_mysql_flexible_database": data("the database", "データベース"),
    "azurerm_postgresql_flexible_server": data(
        "the server with all its databases and backups",
        "サーバーとその全データベース、バックアップ",
        _BACKUP_DAYS,
    ),
    "azurerm_postgresql_flexible_server_database": data("the database", "データベース"),
    "azurerm_postgresql_flexible_server_backup": data(
        "the database backup", "データベースのバックアップ"
    ),
    "azurerm_postgresql_server": data(
        "the server with all its databases and backups",
        "サーバーとその全データベース、バックアップ",
        _BACKUP_DAYS,
    ),
    "azurerm_postgresql_database": data("the database", "データベース"),
    "azurerm_cosmosdb_account": data(
        "the account with all its databases", "アカウントとその全データベース"
    ),
    "azurerm_cosmosdb_sql_database": data(
        "the database and its containers", "データベースとそのコンテナ"
    ),
    "azurerm_cosmosdb_sql_container": data("the items in the container", "コンテナ内の項目"),
    "azurerm_cosmosdb_mongo_database": data(
        "the database and its collections", "データベースとそのコレクション"
    ),
    "azurerm_cosmosdb_mongo_collection": data(
        "the documents in the collection", "コレクション内のドキュメント"
    ),
    "azurerm_cosmosdb_cassandra_keyspace": data(
        "the keyspace and its tables", "キースペースとそのテーブル"
    ),
    "azurerm_cosmosdb_cassandra_table": data("the table and its rows", "テーブルとその行"),
    "azurerm_cosmosdb_gremlin_database": data(
        "the database and its graphs", "データベースとそのグラフ"
    ),
    "azurerm_cosmosdb_gremlin_graph": data("the graph and its data", "グラフとそのデータ"),
    "azurerm_cosmosdb_table": data("the table and its rows", "テーブルとその行"),
    "azurerm_cosmosdb_postgresql_cluster": data("the database cluster", "データベースクラスター"),
    "azurerm_mongo_cluster": data("the database cluster", "データベースクラスター"),
    "azurerm_redis_cache": data("what the cache holds", "キャッシュの内容"),
    "azurerm_redis_enterprise_cluster": data("what the cache holds", "キャッシュの内容"),
    "azurerm_redis_enterprise_database": data("what the cache holds", "キャッシュの内容"),
    "azurerm_managed_redis": data("what the cache holds", "キャッシュの内容"),
    "azurerm_kusto_cluster": data("the cluster and its databases", "クラスターとそのデータベース"),
    "azurerm_kusto_database": data("the database", "データベース"),
    "azurerm_synapse_workspace": data("the workspace and its pools", "ワークスペースとそのプール"),
    "azurerm_synapse_sql_pool": data("the data warehouse", "データウェアハウス"),
    "azurerm_oracle_autonomous_database": data(
        "the Oracle database and its backups", "Oracle データベースとバックアップ"
    ),
    "azurerm_search_service": data("the search indexes", "検索インデックス"),
    "azurerm_storage_account": data(
        "the storage account with everything in it",
        "ストレージアカウントとその中のすべて",
        history(f"{_BLOBS}.versioning_enabled"),
        kept_for(f"{_BLOBS}.delete_retention_policy.0.days"),
        kept_for(f"{_BLOBS}.container_delete_retention_policy.0.days"),
    ),
    "azurerm_storage_container": data("the container and its blobs", "コンテナとその BLOB"),
    "azurerm_storage_blob": data("the blob", "BLOB"),
    "azurerm_storage_share": data("the file share and its files", "ファイル共有とそのファイル"),
    "azurerm_storage_share_file": data("the file", "ファイル"),
    "azurerm_storage_queue": data("the messages in the queue", "キュー内のメッセージ"),
    "azurerm_storage_table": data("the table and its rows", "テーブルとその行"),
    "azurerm_storage_table_entity": data("the row of the table", "テーブルの行"),
    "azurerm_storage_data_lake_gen2_filesystem": data(
        "the data lake's file system", "データレイクのファイルシステム"
    ),
    "azurerm_managed_disk": data("the disk and its data", "ディスクとそのデータ"),
    "azurerm_snapshot": data("the disk snapshot", "ディスクのスナップショット"),
    "azurerm_image": data("the machine image", "マシンイメージ"),
    "azurerm_shared_image_version": data(
        "this version of the machine image", "マシンイメージのこのバージョン"
    ),
    "azurerm_linux_virtual_machine": lesser(
        "the machine and its system disk", "仮想マシンと OS ディスク"
    ),
    "azurerm_windows_virtual_machine": lesser(
        "the machine and its system disk", "仮想マシンと OS ディスク"
    ),
    "azurerm_virtual_machine": lesser("the machine and its disks", "仮想マシンとディスク"),
    "azurerm_netapp_pool": data("the storage pool", "ストレージプール"),
    "azurerm_netapp_volume": data("the volume and its files", "ボリュームとそのファイル"),
    "azurerm_netapp_snapshot": data("the volume's snapshot", "ボリュームのスナップショット"),
    "azurerm_managed_lustre_file_system": data(
        "the file system and its files", "ファイルシステムとそのファイル"
    ),
    "azurerm_elastic_san_volume": data("the volume and its data", "ボリュームとそのデータ"),
    "azurerm_eventhub": data("the events in the hub", "ハブ内のイベント"),
    "azurerm_eventhub_namespace": data("the namespace and its hubs", "名前空間とそのハブ"),
    "azurerm_servicebus_namespace": data(
        "the namespace with its queues and topics", "名前空間とそのキュー、トピック"
    ),
    "azurerm_servicebus_queue": data("the messages in the queue", "キュー内のメッセージ"),
    "azurerm_servicebus_topic": data("the messages in the topic", "トピックのメッセージ"),
    "azurerm_servicebus_subscription": data(
        "messages that are not delivered yet", "未配信のメッセージ"
    ),
    "azurerm_iothub": data("the device registry", "デバイスの登録情報"),
    "azurerm_key_vault": data(
        "the vault with its keys, secrets and certificates",
        "キーコンテナーと、その鍵、シークレット、証明書",
        _PURGE,
        _SOFT_DAYS,
    ),
    "azurerm_key_vault_key": data(
        "the key and everything that is encrypted with it", "鍵と、その鍵で暗号化された全データ"
    ),
    "azurerm_key_vault_secret": data(
        "the secret and all its versions", "シークレットとその全バージョン"
    ),
    "azurerm_key_vault_certificate": data(
        "the certificate and its private key", "証明書とその秘密鍵"
    ),
    "azurerm_key_vault_managed_hardware_security_module": data(
        "the HSM and its keys", "HSM とその鍵", _PURGE, _SOFT_DAYS
    ),
    "azurerm_app_configuration": data(
        "the store and its settings", "構成ストアとその設定値", _PURGE, _SOFT_DAYS
    ),
    "azurerm_app_configuration_key": data("the setting", "設定値"),
    "azurerm_recovery_services_vault": data(
        "the backups in the vault", "コンテナー内のバックアップ", history("soft_delete_enabled")
    ),
    "azurerm_data_protection_backup_vault": data(
        "the backups in the vault",
        "コンテナー内のバックアップ",
        history("soft_delete", "ON", "ALWAYSON"),
    ),
    "azurerm_backup_protected_vm": data("the backups of the machine", "仮想マシンのバックアップ"),
    "azurerm_backup_protected_file_share": data(
        "the backups of the file share", "ファイル共有のバックアップ"
    ),
    "azurerm_log_analytics_workspace": data(
        "the logs in the workspace", "ワークスペース内のログ", kept_for("retention_in_days")
    ),
    "azurerm_application_insights": data(
        "the collected telemetry", "収集済みのテレメトリ", kept_for("retention_in_days")
    ),
    "azurerm_container_registry": data(
        "the container images in the registry", "レジストリ内のコンテナイメージ"
    ),
    "azurerm_kubernetes_cluster": data(
        "the Kubernetes cluster and the objects in it",
        "Kubernetes クラスターとその中のオブジェクト",
    ),
    "azurerm_machine_learning_workspace": data(
        "the workspace with its models and runs", "ワークスペースと、そのモデル、実験記録"
    ),
    "azurerm_databricks_workspace": data(
        "the workspace with its notebooks and tables",
        "ワークスペースと、そのノートブック、テーブル",
    ),
    "azurerm_dns_zone": data(
        "the zone, its records and its name servers", "ゾーン、レコード、ネームサーバー"
    ),
    "azurerm_private_dns_zone": data("the zone and its records", "ゾーンとそのレコード"),
    "azurerm_public_ip": lesser("the public IP address", "パブリック IP アドレス"),
    "azurerm_resource_group": data(
        "the group and everything in it", "リソースグループとその中のすべて"
    ),
    "azuread_user": data("the user", "ユーザー"),
    "azuread_application": data(
        "the application with its ID and credentials", "アプリケーションと、その ID、認証情報"
    ),
    "azuread_application_password": data(
        "the password: programs that use it stop working",
        "パスワード（使用中のプログラムは動かなくなります）",
    ),
    "azuread_service_principal_password": data(
        "the password: programs that use it stop working",
        "パスワード（使用中のプログラムは動かなくなります）",
    ),
    "azuread_group": data("the group and its members", "グループとそのメンバー"),
}
