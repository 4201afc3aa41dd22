"""Keys, secrets, certificates, identities and names on AWS."""

from sekisho.domain.stateful.entries import (
    Effect,
    Protection,
    Stand,
    Wanted,
    data,
    lesser,
    only_empty,
    refuses,
)

_EMPTY = only_empty("force_destroy")


def _window(path: str) -> Protection:
    """Unset, the provider takes 30 days."""
    return Protection(path, Effect.WINDOW, Wanted.MORE, Stand.ON)


_KEY_WINDOW = _window("deletion_window_in_days")

IDENTITY = {
    # keys
    "aws_kms_key": data(
        "the key and everything that is encrypted with it",
        "鍵と、その鍵で暗号化された全データ",
        _KEY_WINDOW,
    ),
    "aws_kms_external_key": data(
        "the imported key and everything that is encrypted with it",
        "インポートした鍵と、その鍵で暗号化された全データ",
        _KEY_WINDOW,
    ),
    "aws_kms_replica_key": data(
        "the key's replica in that region", "そのリージョンの鍵レプリカ", _KEY_WINDOW
    ),
    "aws_kms_replica_external_key": data(
        "the imported key's replica in that region",
        "そのリージョンのインポート済み鍵レプリカ",
        _KEY_WINDOW,
    ),
    "aws_kms_custom_key_store": data(
        "the connection to the key store and the use of its keys",
        "キーストアへの接続と、その鍵の利用",
    ),
    "aws_cloudhsm_v2_cluster": data("the HSM cluster and its keys", "HSM クラスターとその鍵"),
    "aws_cloudhsm_v2_hsm": data(
        "one HSM (the last one takes the keys with it)", "HSM（最後の 1 台なら鍵も失われます）"
    ),
    "aws_paymentcryptography_key": data(
        "the payment key", "決済用の鍵", _window("deletion_window_in_days")
    ),
    "aws_cloudfront_key_value_store": data(
        "the key-value store and its pairs", "キーバリューストアとその内容"
    ),
    "aws_cloudfrontkeyvaluestore_key": data("the pair in the store", "ストア内の値"),
    "aws_route53_key_signing_key": data("the DNSSEC signing key", "DNSSEC の署名鍵"),
    # secrets and parameters
    "aws_secretsmanager_secret": data(
        "the secret and all its versions",
        "シークレットとその全バージョン",
        _window("recovery_window_in_days"),
    ),
    "aws_secretsmanager_secret_version": data(
        "this version of the secret", "シークレットのこのバージョン"
    ),
    "aws_ssm_parameter": data("the parameter and its history", "パラメーターとその履歴"),
    # certificates
    "aws_acmpca_certificate_authority": data(
        "the certificate authority and its private key",
        "認証局とその秘密鍵",
        _window("permanent_deletion_time_in_days"),
    ),
    "aws_acm_certificate": lesser("the certificate and its private key", "証明書とその秘密鍵"),
    "aws_iam_server_certificate": lesser(
        "the certificate and its private key", "証明書とその秘密鍵"
    ),
    "aws_iot_certificate": data("the device certificate", "デバイス証明書"),
    "aws_signer_signing_profile": lesser("the signing profile", "署名プロファイル"),
    # people and programs
    "aws_iam_access_key": data(
        "the access key: programs that use it stop working",
        "アクセスキー（使用中のプログラムは動かなくなります）",
    ),
    "aws_iam_user": data("the user and its credentials", "ユーザーとその認証情報", _EMPTY),
    "aws_iam_user_login_profile": data("the user's password", "ユーザーのパスワード"),
    "aws_iam_service_specific_credential": data(
        "the service's credential", "サービス固有の認証情報"
    ),
    "aws_iam_virtual_mfa_device": data(
        "the second factor: its owner is locked out",
        "MFA デバイス（所有者がログインできなくなります）",
    ),
    "aws_cognito_user_pool": data(
        "all users and their passwords",
        "全ユーザーとそのパスワード",
        refuses("deletion_protection", "ACTIVE"),
    ),
    "aws_cognito_user": data("the user and the password", "ユーザーとそのパスワード"),
    "aws_cognito_user_pool_client": lesser(
        "the client's ID and secret", "クライアント ID とシークレット"
    ),
    "aws_cognito_managed_user_pool_client": lesser(
        "the client's ID and secret", "クライアント ID とシークレット"
    ),
    "aws_cognito_identity_pool": data("the identities of all users", "全ユーザーの ID"),
    "aws_directory_service_directory": data(
        "the directory: users, groups and computers",
        "ディレクトリ（ユーザー、グループ、コンピューター）",
    ),
    "aws_directoryservicedata_user": data("the directory's user", "ディレクトリのユーザー"),
    "aws_identitystore_user": data("the user", "ユーザー"),
    "aws_identitystore_group": data("the group and its members", "グループとそのメンバー"),
    "aws_workmail_organization": data(
        "the mailboxes of the organization", "組織の全メールボックス"
    ),
    "aws_workmail_user": data("the user's mailbox", "利用者のメールボックス"),
    "aws_organizations_account": data(
        "the AWS account and everything in it",
        "AWS アカウントとその中のすべて",
        Protection("close_on_deletion", Effect.KEPT, Wanted.FALSE, Stand.ON),
    ),
    "aws_organizations_organization": data(
        "the organization and its policies", "組織とそのポリシー"
    ),
    "aws_verifiedpermissions_policy_store": data(
        "the policy store and its policies",
        "ポリシーストアとそのポリシー",
        refuses("deletion_protection", "ENABLED"),
    ),
    "aws_api_gateway_api_key": lesser("the API key", "API キー"),
    "aws_appsync_api_key": lesser("the API key", "API キー"),
    "aws_transfer_server": data(
        "the server's address, host keys and users",
        "サーバーのアドレス、ホスト鍵、ユーザー",
        _EMPTY,
    ),
    "aws_transfer_host_key": data("the server's host key", "サーバーのホスト鍵"),
    # names and addresses that others rely on
    "aws_route53_zone": data(
        "the zone, its records and its name servers", "ゾーン、レコード、ネームサーバー", _EMPTY
    ),
    "aws_route53_delegation_set": data("the set of name servers", "ネームサーバーのセット"),
    "aws_route53domains_domain": data("the registration of the domain", "ドメインの登録"),
    "aws_lightsail_domain": data("the zone and its records", "ゾーンとそのレコード"),
    "aws_service_discovery_private_dns_namespace": lesser(
        "the namespace and its zone", "名前空間とそのゾーン"
    ),
    "aws_service_discovery_public_dns_namespace": lesser(
        "the namespace and its zone", "名前空間とそのゾーン"
    ),
    "aws_eip": lesser("the public IP address", "パブリック IP アドレス"),
    "aws_lightsail_static_ip": lesser("the public IP address", "パブリック IP アドレス"),
    "aws_connect_phone_number": lesser("the phone number", "電話番号"),
    "aws_pinpointsmsvoicev2_phone_number": lesser(
        "the phone number", "電話番号", refuses("deletion_protection_enabled")
    ),
}
