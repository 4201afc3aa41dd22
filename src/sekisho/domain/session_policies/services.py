"""Which IAM service namespace a resource type of the AWS provider belongs to.

A type is looked up by the longest beginning of whole words that is listed: `aws_s3_bucket_policy`
by `s3`, `aws_route53_resolver_rule` by `route53_resolver`. Each row was held against the
provider's schema (6.69.1) and each namespace against the service authorization reference, as
`tools/session_policy_facts.py` tells. What is not listed is not known: nothing is guessed.
"""

import functools

_SAME = """
account acm amplify appconfig appfabric appflow applicationinsights appmesh
apprunner appstream appsync athena auditmanager autoscaling backup batch bedrock billing budgets
ce chatbot chime cleanrooms cloud9 cloudfront cloudhsm cloudsearch cloudtrail cloudwatch
codeartifact codebuild codecatalyst codecommit codeconnections codedeploy codepipeline comprehend
config connect controltower cur dataexchange datapipeline datasync datazone dax detective
devicefarm dlm dms drs dynamodb ec2 ecr ecs eks elasticache elastictranscoder evidently finspace
fis fms fsx gamelift glacier globalaccelerator glue grafana guardduty iam identitystore
imagebuilder inspector inspector2 internetmonitor invoicing iot ivs ivschat kendra kinesis kms
lakeformation lambda lex lightsail m2 macie2 medialive memorydb mq networkmanager networkmonitor
notifications oam organizations osis outposts pipes qbusiness qldb quicksight ram rbin rds redshift
rekognition resiliencehub rolesanywhere route53 route53domains route53profiles rum s3 sagemaker
savingsplans scheduler schemas secretsmanager securityhub securitylake servicecatalog
servicequotas ses shield signer sns sqs ssm storagegateway swf synthetics transcribe transfer
verifiedpermissions waf wafv2 workmail workspaces xray
"""
"""Where the type is named as the service is."""

_OTHERS = {
    # EC2 and its networks: types without the name of a service
    "ec2": "ami availability_zone availability_zones customer_gateway default ebs egress_only eip "
    "flow_log instance instances internet_gateway key_pair launch_template main_route_table nat "
    "network_acl network_acls network_interface network_interfaces placement_group prefix_list "
    "regions route route_table route_tables security_group security_groups "
    "snapshot_create_volume spot subnet subnets verifiedaccess volume_attachment vpc vpcs vpn",
    "autoscaling": "launch_configuration",
    "elasticloadbalancing": "alb app_cookie elb lb lbs load_balancer proxy_protocol",
    # databases and streams
    "rds": "db docdb neptune",
    "docdb-elastic": "docdbelastic",
    "neptune-graph": "neptunegraph",
    "redshift-data": "redshiftdata",
    "redshift-serverless": "redshiftserverless",
    "cassandra": "keyspaces",
    "timestream": "timestreamquery timestreamwrite",
    "timestream-influxdb": "timestreaminfluxdb",
    "es": "elasticsearch opensearch",
    "aoss": "opensearchserverless",
    "kafka": "msk",
    "kafkaconnect": "mskconnect",
    "firehose": "kinesis_firehose",
    "kinesisanalytics": "kinesis_analytics kinesisanalyticsv2",
    "kinesisvideo": "kinesis_video",
    "elasticmapreduce": "emr",
    "emr-containers": "emrcontainers",
    "emr-serverless": "emrserverless",
    "airflow": "mwaa",
    # storage
    "s3": "s3control",
    "s3express": "s3_directory_bucket",
    "s3-outposts": "s3outposts",
    "elasticfilesystem": "efs",
    # logs, events, metrics
    "logs": "cloudwatch_log cloudwatch_query_definition",
    "events": "cloudwatch_event",
    "aps": "prometheus",
    "devops-guru": "devopsguru",
    "arc-zonal-shift": "arczonalshift",
    # applications
    "apigateway": "api_gateway apigatewayv2",
    "application-autoscaling": "appautoscaling",
    "autoscaling-plans": "autoscalingplans",
    "app-integrations": "appintegrations",
    "states": "sfn",
    "servicediscovery": "service_discovery",
    "servicecatalog": "servicecatalogappregistry",
    "elasticbeanstalk": "elastic_beanstalk",
    "ecr-public": "ecrpublic",
    "ses": "mailmanager sesv2",
    "mobiletargeting": "pinpoint",
    "sms-voice": "pinpointsmsvoicev2",
    "profile": "customerprofiles",
    "chime": "chimesdkmediapipelines chimesdkvoice",
    "bedrock": "bedrockagent",
    "lex": "lexv2models",
    "geo": "location",
    "mediaconvert": "media_convert",
    "mediapackage": "media_package",
    "mediapackagev2": "media_packagev2",
    "mediastore": "media_store",
    "workspaces-web": "workspacesweb",
    "cloudfront-keyvaluestore": "cloudfrontkeyvaluestore",
    "codeguru-profiler": "codeguruprofiler",
    "codeguru-reviewer": "codegurureviewer",
    "codestar-connections": "codestarconnections",
    "codestar-notifications": "codestarnotifications",
    "ssm-contacts": "ssmcontacts",
    "ssm-incidents": "ssmincidents",
    "ssm-quicksetup": "ssmquicksetup",
    # networks
    "directconnect": "dx",
    "network-firewall": "networkfirewall",
    "vpc-lattice": "vpclattice",
    "route53resolver": "route53_resolver",
    "route53-recovery-control-config": "route53recoverycontrolconfig",
    "route53-recovery-readiness": "route53recoveryreadiness",
    "waf-regional": "wafregional",
    # identity, keys, accounts
    "access-analyzer": "accessanalyzer",
    "acm-pca": "acmpca",
    "payment-cryptography": "paymentcryptography",
    "cognito-idp": "cognito",
    "cognito-identity": "cognito_identity_pool",
    "sso": "ssoadmin",
    "ds": "directory_service",
    "ds-data": "directoryservicedata",
    "license-manager": "licensemanager",
    "resource-groups": "resourcegroups",
    "resource-explorer-2": "resourceexplorer2",
    "notifications-contacts": "notificationscontacts",
    "bcm-data-exports": "bcmdataexports",
    "compute-optimizer": "computeoptimizer",
    "cost-optimization-hub": "costoptimizationhub",
}
"""Where it is not: the namespace, and the beginnings of types."""

PREFIXES: dict[str, str] = {
    **{name: name for name in _SAME.split()},
    **{begin: service for service, begins in _OTHERS.items() for begin in begins.split()},
}

OPAQUE = frozenset(
    {
        "aws_cloudcontrolapi_resource",
        "aws_cloudformation_stack",
        "aws_cloudformation_stack_instances",
        "aws_cloudformation_stack_set",
        "aws_cloudformation_stack_set_instance",
        "aws_elastic_beanstalk_environment",
        "aws_serverlessapplicationrepository_cloudformation_stack",
        "aws_servicecatalog_provisioned_product",
    }
)
"""Types behind which anything may be made with the caller's own permissions."""

FREE = frozenset(
    {
        "aws_arn",
        "aws_billing_service_account",
        "aws_caller_identity",
        "aws_cloudtrail_service_account",
        "aws_default_tags",
        "aws_elb_hosted_zone_id",
        "aws_elb_service_account",
        "aws_iam_policy_document",
        "aws_ip_ranges",
        "aws_lb_hosted_zone_id",
        "aws_partition",
        "aws_region",
        "aws_service",
        "aws_service_principal",
    }
)
"""Data sources that ask for no permission: computed, or open to everybody."""

_AWS = "aws_"


def is_aws(type_: str) -> bool:
    """Say whether a type is one of the AWS provider."""
    return type_.startswith(_AWS)


@functools.lru_cache(maxsize=4096)
def service_of(type_: str) -> str | None:
    """Return the IAM namespace of a type; None: it is not known."""
    if not is_aws(type_) or type_ in OPAQUE:
        return None
    words = type_.removeprefix(_AWS).split("_")
    begins = ("_".join(words[:n]) for n in range(len(words), 0, -1))
    return next((PREFIXES[b] for b in begins if b in PREFIXES), None)
