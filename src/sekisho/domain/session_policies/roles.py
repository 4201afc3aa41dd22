"""Types of the AWS provider that hand a role to a service, and services that make their own role.

Whoever makes or changes such a type needs `iam:PassRole`; the condition `iam:PassedToService`
narrows it to the service that takes the role. A type whose service is not known is not here: it
gets no `iam:PassRole` at all, rather than one for every service.
"""

_TAKERS = {
    "apigateway": "aws_api_gateway_account aws_api_gateway_integration "
    "aws_apigatewayv2_integration",
    "appsync": "aws_appsync_datasource aws_appsync_graphql_api",
    "autoscaling": "aws_autoscaling_lifecycle_hook",
    "backup": "aws_backup_selection",
    "batch": "aws_batch_compute_environment aws_batch_job_definition",
    "bedrock": "aws_bedrock_custom_model aws_bedrockagent_agent aws_bedrockagent_flow "
    "aws_bedrockagent_knowledge_base",
    "cloudtrail": "aws_cloudtrail",
    "codebuild": "aws_codebuild_project",
    "codedeploy": "aws_codedeploy_deployment_group",
    "codepipeline": "aws_codepipeline",
    "config": "aws_config_configuration_recorder aws_config_configuration_aggregator",
    "datasync": "aws_datasync_location_s3",
    "dlm": "aws_dlm_lifecycle_policy",
    "dms": "aws_dms_endpoint aws_dms_s3_endpoint",
    "ec2": "aws_autoscaling_group aws_ec2_fleet aws_iam_instance_profile aws_instance "
    "aws_launch_configuration aws_launch_template aws_spot_fleet_request "
    "aws_spot_instance_request",
    "ecs": "aws_ecs_service",
    "ecs-tasks": "aws_ecs_task_definition",
    "eks": "aws_eks_cluster aws_eks_fargate_profile aws_eks_node_group",
    "elasticmapreduce": "aws_emr_cluster aws_emr_studio",
    "es": "aws_elasticsearch_domain aws_opensearch_domain",
    "events": "aws_cloudwatch_event_target aws_cloudwatch_event_rule",
    "firehose": "aws_kinesis_firehose_delivery_stream",
    "fis": "aws_fis_experiment_template",
    "glue": "aws_glue_crawler aws_glue_dev_endpoint aws_glue_job",
    "imagebuilder": "aws_imagebuilder_infrastructure_configuration",
    "iot": "aws_iot_topic_rule aws_iot_logging_options aws_iot_provisioning_template",
    "kinesisanalytics": "aws_kinesis_analytics_application aws_kinesisanalyticsv2_application",
    "lambda": "aws_lambda_function",
    "logs": "aws_cloudwatch_log_destination aws_cloudwatch_log_subscription_filter",
    "pipes": "aws_pipes_pipe",
    "rds": "aws_db_instance aws_db_instance_role_association aws_db_proxy aws_rds_cluster "
    "aws_rds_cluster_role_association",
    "redshift": "aws_redshift_cluster aws_redshift_cluster_iam_roles",
    "s3": "aws_s3_bucket_replication_configuration aws_s3control_multi_region_access_point",
    "sagemaker": "aws_sagemaker_domain aws_sagemaker_endpoint_configuration aws_sagemaker_model "
    "aws_sagemaker_notebook_instance aws_sagemaker_user_profile",
    "scheduler": "aws_scheduler_schedule",
    "ses": "aws_ses_event_destination aws_sesv2_configuration_set_event_destination",
    "states": "aws_sfn_state_machine",
    "storagegateway": "aws_storagegateway_nfs_file_share aws_storagegateway_smb_file_share",
    "synthetics": "aws_synthetics_canary",
    "transfer": "aws_transfer_server aws_transfer_user",
    "vpc-flow-logs": "aws_flow_log",
}
"""The service principals (without `.amazonaws.com`), and the types whose role they take."""

_ALSO = {
    "lambda": "aws_synthetics_canary",
    "monitoring.rds": "aws_db_instance aws_rds_cluster aws_rds_cluster_instance",
    "application-autoscaling": "aws_appautoscaling_target",
}

PASSED_TO: dict[str, tuple[str, ...]] = {}
"""Types, and the service principals that their roles are passed to."""

for _principal, _types in (*_TAKERS.items(), *_ALSO.items()):
    for _type in _types.split():
        PASSED_TO[_type] = (*PASSED_TO.get(_type, ()), f"{_principal}.amazonaws.com")

OWN_ROLES = {
    "autoscaling": "autoscaling",
    "application-autoscaling": "ecs.application-autoscaling dynamodb.application-autoscaling "
    "rds.application-autoscaling",
    "batch": "batch",
    "ecs": "ecs",
    "eks": "eks eks-nodegroup eks-fargate",
    "elasticache": "elasticache",
    "elasticfilesystem": "elasticfilesystem",
    "elasticloadbalancing": "elasticloadbalancing",
    "elasticmapreduce": "elasticmapreduce",
    "es": "opensearchservice es",
    "fsx": "fsx",
    "guardduty": "guardduty",
    "kafka": "kafka",
    "memorydb": "memorydb",
    "mq": "mq",
    "network-firewall": "network-firewall",
    "rds": "rds",
    "redshift": "redshift",
    "transfer": "transfer",
    "wafv2": "wafv2",
}
"""Services that make a role of their own in an account where they are first used: their principals
(without `.amazonaws.com`), as `iam:CreateServiceLinkedRole` names them."""
