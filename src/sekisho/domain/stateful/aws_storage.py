"""Files, objects, disks, images and backups on AWS."""

from sekisho.domain.stateful.entries import (
    Effect,
    Protection,
    Stand,
    Wanted,
    data,
    history,
    kept_for,
    lesser,
    only_empty,
    refuses,
)

_EMPTY = only_empty("force_destroy")
_TERMINATION = refuses("disable_api_termination")
_FORCED = Protection("force_destroy", Effect.OVERRIDES, Wanted.FALSE, Stand.ON)
_BACKUP_DAYS = kept_for("automatic_backup_retention_days")


def _final_backup(unset: Stand) -> Protection:
    return Protection("skip_final_backup", Effect.SNAPSHOT, Wanted.FALSE, unset)


STORAGE = {
    # S3 and its kin
    "aws_s3_bucket": data(
        "the bucket and its objects",
        "バケットとそのオブジェクト",
        _EMPTY,
        history("versioning.0.enabled"),
    ),
    "aws_s3_object": data("the object", "オブジェクト"),
    "aws_s3_bucket_object": data("the object", "オブジェクト"),
    "aws_s3_object_copy": data("the copied object", "コピーしたオブジェクト"),
    "aws_s3_directory_bucket": data(
        "the directory bucket and its objects", "ディレクトリバケットとそのオブジェクト", _EMPTY
    ),
    "aws_s3control_bucket": data(
        "the Outposts bucket and its objects", "Outposts バケットとそのオブジェクト"
    ),
    "aws_s3files_file_system": data(
        "the file system over the bucket and changes not written back yet",
        "バケット上のファイルシステムと未反映の変更",
    ),
    "aws_s3tables_table_bucket": data(
        "the table bucket and its tables", "テーブルバケットとそのテーブル", _EMPTY
    ),
    "aws_s3tables_namespace": data("the namespace of tables", "テーブルの名前空間"),
    "aws_s3tables_table": data("the table and its data", "テーブルとそのデータ"),
    "aws_s3vectors_vector_bucket": data(
        "the vector bucket and its indexes", "ベクトルバケットとそのインデックス", _EMPTY
    ),
    "aws_s3vectors_index": data("the vectors in the index", "インデックス内のベクトル"),
    "aws_glacier_vault": data("the archives in the vault", "ボールト内のアーカイブ"),
    "aws_media_store_container": data(
        "the media objects in the container", "コンテナ内のメディアオブジェクト"
    ),
    "aws_lightsail_bucket": data(
        "the bucket and its objects", "バケットとそのオブジェクト", only_empty("force_delete")
    ),
    # file systems
    "aws_efs_file_system": data("the file system and its files", "ファイルシステムとそのファイル"),
    "aws_efs_replication_configuration": lesser(
        "the replication of the file system", "ファイルシステムのレプリケーション"
    ),
    "aws_fsx_lustre_file_system": data(
        "the file system and its automatic backups",
        "ファイルシステムと自動バックアップ",
        _final_backup(Stand.OFF),
        _BACKUP_DAYS,
    ),
    "aws_fsx_windows_file_system": data(
        "the file server's shares and automatic backups",
        "ファイルサーバーの共有と自動バックアップ",
        _final_backup(Stand.ON),
        _BACKUP_DAYS,
    ),
    "aws_fsx_ontap_file_system": data(
        "the file system and its automatic backups",
        "ファイルシステムと自動バックアップ",
        _BACKUP_DAYS,
    ),
    "aws_fsx_ontap_storage_virtual_machine": data(
        "the storage virtual machine and its volumes", "ストレージ仮想マシンとそのボリューム"
    ),
    "aws_fsx_ontap_volume": data(
        "the volume and its files", "ボリュームとそのファイル", _final_backup(Stand.ON)
    ),
    "aws_fsx_openzfs_file_system": data(
        "the file system and its automatic backups",
        "ファイルシステムと自動バックアップ",
        _final_backup(Stand.ON),
        _BACKUP_DAYS,
    ),
    "aws_fsx_openzfs_volume": data(
        "the volume, its files and its snapshots", "ボリューム、ファイル、スナップショット"
    ),
    "aws_fsx_openzfs_snapshot": data("the volume's snapshot", "ボリュームのスナップショット"),
    "aws_fsx_file_cache": lesser(
        "changes in the cache that are not written back yet", "キャッシュ内の未反映の変更"
    ),
    "aws_fsx_backup": data("the backup of the file system", "ファイルシステムのバックアップ"),
    # disks, instances, images
    "aws_ebs_volume": data(
        "the disk and its data",
        "ディスクとそのデータ",
        Protection("final_snapshot", Effect.SNAPSHOT, Wanted.TRUE),
    ),
    "aws_ebs_volume_copy": data("the copied disk and its data", "コピーしたディスクとそのデータ"),
    "aws_ebs_snapshot": data("the disk snapshot", "ディスクのスナップショット"),
    "aws_ebs_snapshot_copy": data(
        "the copy of the disk snapshot", "ディスクスナップショットのコピー"
    ),
    "aws_ebs_snapshot_import": data(
        "the imported disk snapshot", "インポートしたディスクスナップショット"
    ),
    "aws_instance": lesser(
        "the instance and its non-persistent disks",
        "インスタンスと非永続ディスク",
        _TERMINATION,
        _FORCED,
    ),
    "aws_spot_instance_request": lesser(
        "the instance and its non-persistent disks",
        "インスタンスと非永続ディスク",
        _TERMINATION,
        _FORCED,
    ),
    "aws_autoscaling_group": lesser(
        "the group's instances and their disks", "グループのインスタンスとそのディスク"
    ),
    "aws_ec2_fleet": lesser(
        "the fleet's instances and their disks", "フリートのインスタンスとそのディスク"
    ),
    "aws_spot_fleet_request": lesser(
        "the fleet's instances and their disks", "フリートのインスタンスとそのディスク"
    ),
    "aws_ami": data("the machine image", "マシンイメージ"),
    "aws_ami_copy": data("the copy of the machine image", "マシンイメージのコピー"),
    "aws_ami_from_instance": data(
        "the machine image made of an instance", "インスタンスから作成したマシンイメージ"
    ),
    "aws_imagebuilder_image": lesser("the built image", "ビルドしたイメージ"),
    "aws_lightsail_instance": data("the instance and its disk", "インスタンスとそのディスク"),
    "aws_lightsail_disk": data("the disk and its data", "ディスクとそのデータ"),
    "aws_lightsail_database": data(
        "the database and its automatic backups",
        "データベースと自動バックアップ",
        Protection("skip_final_snapshot", Effect.SNAPSHOT, Wanted.FALSE, Stand.ON),
        history("backup_retention_enabled"),
    ),
    "aws_workspaces_workspace": data(
        "the user's desktop and its disks", "利用者のデスクトップとディスク"
    ),
    "aws_cloud9_environment_ec2": data(
        "the development environment and its files", "開発環境とそのファイル"
    ),
    "aws_codecatalyst_dev_environment": data(
        "the development environment and its files", "開発環境とそのファイル"
    ),
    "aws_appstream_image_builder": lesser(
        "the image builder and what was installed on it",
        "イメージビルダーとインストール済みの内容",
    ),
    # backups
    "aws_backup_vault": data("the backups in the vault", "ボールト内のバックアップ", _EMPTY),
    "aws_backup_logically_air_gapped_vault": data(
        "the backups in the isolated vault", "論理的に隔離されたボールト内のバックアップ"
    ),
    # storage gateway
    "aws_storagegateway_gateway": data(
        "the gateway and data not uploaded yet", "ゲートウェイと未アップロードのデータ"
    ),
    "aws_storagegateway_cached_iscsi_volume": data(
        "the volume and its data", "ボリュームとそのデータ"
    ),
    "aws_storagegateway_stored_iscsi_volume": data(
        "the volume and its data", "ボリュームとそのデータ"
    ),
    # containers and packages
    "aws_ecr_repository": data(
        "the container images in the repository",
        "リポジトリ内のコンテナイメージ",
        only_empty("force_delete"),
    ),
    "aws_ecrpublic_repository": data(
        "the public container images in the repository",
        "リポジトリ内の公開コンテナイメージ",
        _EMPTY,
    ),
    "aws_codeartifact_domain": data(
        "the packages of all its repositories", "全リポジトリのパッケージ"
    ),
    "aws_codeartifact_repository": data(
        "the packages in the repository", "リポジトリ内のパッケージ"
    ),
    "aws_codecommit_repository": data(
        "the Git repository and its history", "Git リポジトリとその履歴"
    ),
    "aws_codecatalyst_source_repository": data(
        "the Git repository and its history", "Git リポジトリとその履歴"
    ),
}
