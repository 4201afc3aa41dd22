"""What other services of AWS keep: logs, catalogs, models, clusters, contacts."""

from sekisho.domain.stateful.entries import (
    Effect,
    Protection,
    Stand,
    Wanted,
    data,
    kept_for,
    lesser,
    only_empty,
    refuses,
)

_PROTECTED = refuses("deletion_protection")
_TERMINATION = refuses("termination_protection")
_LOG_DAYS = Protection("retention_in_days", Effect.HISTORY, Wanted.MORE_OR_ZERO)

SERVICES = {
    # logs, trails, metrics
    "aws_cloudwatch_log_group": data(
        "the logs in the group",
        "ロググループ内のログ",
        refuses("deletion_protection_enabled"),
        Protection("skip_destroy", Effect.KEPT, Wanted.TRUE),
        _LOG_DAYS,
    ),
    "aws_cloudwatch_log_stream": data("the logs in the stream", "ログストリーム内のログ"),
    "aws_cloudwatch_event_archive": data(
        "the archived events",
        "アーカイブ済みのイベント",
        Protection("retention_days", Effect.HISTORY, Wanted.MORE_OR_ZERO),
    ),
    "aws_cloudtrail_event_data_store": data(
        "the recorded events",
        "記録済みの証跡イベント",
        refuses("termination_protection_enabled"),
        kept_for("retention_period"),
    ),
    "aws_prometheus_workspace": data("the collected metrics", "収集済みのメトリクス"),
    "aws_grafana_workspace": data(
        "dashboards and settings of the workspace", "ワークスペースのダッシュボードと設定"
    ),
    "aws_grafana_workspace_api_key": lesser("the API key", "API キー"),
    "aws_guardduty_detector": lesser("the findings so far", "これまでの検出結果"),
    "aws_macie2_account": lesser("the findings so far", "これまでの検出結果"),
    "aws_detective_graph": data("the behaviour graph", "行動グラフのデータ"),
    "aws_securitylake_data_lake": data("the data lake's sources", "データレイクの収集元"),
    "aws_auditmanager_assessment": data("the assessment and its evidence", "評価とその証拠"),
    "aws_xray_group": lesser("the trace group", "トレースのグループ"),
    # catalogs, lakes, analytics
    "aws_glue_catalog": data("the catalog and its databases", "カタログとそのデータベース"),
    "aws_glue_catalog_database": data(
        "the catalog's database with its table definitions",
        "カタログのデータベースとテーブル定義",
    ),
    "aws_glue_catalog_table": data(
        "the table's definition and partitions", "テーブル定義とパーティション"
    ),
    "aws_glue_registry": data("the schemas of the registry", "レジストリのスキーマ"),
    "aws_glue_schema": data("the schema and its versions", "スキーマとそのバージョン"),
    "aws_athena_database": data(
        "the database's table definitions",
        "データベースのテーブル定義",
        only_empty("force_destroy"),
    ),
    "aws_athena_workgroup": data(
        "the workgroup's saved queries and history",
        "ワークグループの保存済みクエリと履歴",
        only_empty("force_destroy"),
    ),
    "aws_schemas_registry": data("the registry's schemas", "レジストリのスキーマ"),
    "aws_schemas_schema": data("the schema and its versions", "スキーマとそのバージョン"),
    "aws_datazone_domain": data(
        "the domain's catalog and projects", "ドメインのカタログとプロジェクト"
    ),
    "aws_datazone_project": data("the project and its assets", "プロジェクトとそのアセット"),
    "aws_dataexchange_data_set": data(
        "the data set and its revisions", "データセットとそのリビジョン"
    ),
    "aws_quicksight_account_subscription": data(
        "all dashboards, data sets and users", "全ダッシュボード、データセット、ユーザー"
    ),
    "aws_quicksight_analysis": data(
        "the analysis",
        "分析",
        Protection("recovery_window_in_days", Effect.WINDOW, Wanted.MORE, Stand.ON),
    ),
    "aws_quicksight_data_set": data("the data set and its import", "データセットと取込済みデータ"),
    "aws_emr_cluster": data(
        "the cluster and the data on its disks", "クラスターとそのディスク上のデータ", _TERMINATION
    ),
    "aws_emr_studio": lesser("the studio and its workspaces", "スタジオとそのワークスペース"),
    "aws_mwaa_environment": data(
        "the environment's run history and connections", "環境の実行履歴と接続設定"
    ),
    "aws_dms_replication_instance": lesser("replication under way", "実行中のレプリケーション"),
    "aws_dms_replication_task": lesser(
        "the position that replication has reached", "レプリケーションの進行位置"
    ),
    "aws_location_tracker": data("the positions of devices", "デバイスの位置情報"),
    "aws_location_geofence_collection": data("the geofences", "ジオフェンス"),
    "aws_rekognition_collection": data("the indexed faces", "登録済みの顔データ"),
    "aws_rekognition_project": data("the project's models", "プロジェクトのモデル"),
    "aws_mailmanager_archive": data("the archived mail", "アーカイブ済みのメール"),
    "aws_sesv2_contact_list": data("the contact list", "連絡先リスト"),
    "aws_sesv2_dedicated_ip_pool": lesser("the pool of sending addresses", "専用送信 IP プール"),
    "aws_pinpoint_app": data(
        "endpoints, segments and campaigns", "エンドポイント、セグメント、キャンペーン"
    ),
    "aws_pinpointsmsvoicev2_opt_out_list": data(
        "the list of who opted out", "オプトアウトのリスト"
    ),
    "aws_customerprofiles_domain": data("the customer profiles", "顧客プロファイル"),
    "aws_customerprofiles_profile": data("the customer's profile", "顧客のプロファイル"),
    "aws_connect_instance": data(
        "the contact centre, its users and history", "コンタクトセンター、ユーザー、履歴"
    ),
    "aws_ivschat_room": lesser("the chat room", "チャットルーム"),
    "aws_swf_domain": lesser("the history of workflows", "ワークフローの履歴"),
    "aws_sfn_state_machine": lesser("the history of executions", "実行の履歴"),
    # machine learning
    "aws_sagemaker_domain": data(
        "the domain with its users' files",
        "ドメインと利用者のファイル",
        Protection("retention_policy.0.home_efs_file_system", Effect.KEPT, ("RETAIN",)),
    ),
    "aws_sagemaker_space": data("the space and its files", "スペースとそのファイル"),
    "aws_sagemaker_user_profile": data("the user's profile", "利用者のプロファイル"),
    "aws_sagemaker_notebook_instance": data(
        "the notebooks on the instance", "インスタンス上のノートブック"
    ),
    "aws_sagemaker_feature_group": data("the features in the store", "特徴量ストアのデータ"),
    "aws_sagemaker_mlflow_tracking_server": data("the records of experiments", "実験の記録"),
    "aws_sagemaker_model_package_group": lesser(
        "the group of model versions", "モデルバージョンのグループ"
    ),
    "aws_bedrock_custom_model": data("the trained model", "学習済みモデル"),
    "aws_bedrockagent_knowledge_base": lesser(
        "the knowledge base and its index", "ナレッジベースとそのインデックス"
    ),
    "aws_bedrockagentcore_memory": data("the agents' memories", "エージェントの記憶"),
    # what holds many things
    "aws_eks_cluster": data(
        "the Kubernetes cluster and the objects in it",
        "Kubernetes クラスターとその中のオブジェクト",
        _PROTECTED,
    ),
    "aws_cloudformation_stack": data("everything that the stack made", "スタックが作成したすべて"),
    "aws_serverlessapplicationrepository_cloudformation_stack": data(
        "everything that the stack made", "スタックが作成したすべて"
    ),
    "aws_cloudformation_stack_set_instance": data(
        "everything that the stacks made",
        "スタックが作成したすべて",
        Protection("retain_stack", Effect.KEPT, Wanted.TRUE),
    ),
    "aws_cloudformation_stack_instances": data(
        "everything that the stacks made",
        "スタックが作成したすべて",
        Protection("retain_stacks", Effect.KEPT, Wanted.TRUE),
    ),
    "aws_servicecatalog_provisioned_product": data(
        "everything that the product made",
        "製品が作成したすべて",
        Protection("retain_physical_resources", Effect.KEPT, Wanted.TRUE),
    ),
    "aws_elastic_beanstalk_environment": lesser(
        "the environment, with a database if it made one",
        "環境（環境が作成したデータベースを含む）",
    ),
    "aws_amplify_app": lesser("the application and its branches", "アプリケーションとそのブランチ"),
    "aws_devicefarm_project": lesser("the results of test runs", "テスト結果"),
    "aws_m2_application": lesser("the mainframe application", "メインフレームアプリケーション"),
    "aws_grafana_workspace_service_account_token": lesser("the token", "トークン"),
}
