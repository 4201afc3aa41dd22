"""What holds data in Kubernetes, and values that Terraform itself makes or keeps."""

from sekisho.domain.stateful.entries import (
    Effect,
    Protection,
    Stand,
    Wanted,
    data,
    lesser,
    only_empty,
)

_CLAIM = data("the volume behind the claim and its data", "要求されたボリュームとそのデータ")
_VOLUME = data(
    "the volume and its data",
    "ボリュームとそのデータ",
    Protection("spec.0.persistent_volume_reclaim_policy", Effect.KEPT, ("RETAIN",)),
)
_NAMESPACE = data("the namespace and everything in it", "名前空間とその中のすべて")
_SECRET = lesser("the secret's values", "シークレットの値")
_STATEFUL_SET = lesser(
    "the set; its volumes as its retention policy says",
    "ステートフルセット（ボリュームは保持ポリシーによります）",
)
_DRAWN = lesser("the value that was drawn", "生成済みの値")

ELSEWHERE = {
    "kubernetes_persistent_volume_claim": _CLAIM,
    "kubernetes_persistent_volume_claim_v1": _CLAIM,
    "kubernetes_persistent_volume": _VOLUME,
    "kubernetes_persistent_volume_v1": _VOLUME,
    "kubernetes_namespace": _NAMESPACE,
    "kubernetes_namespace_v1": _NAMESPACE,
    "kubernetes_secret": _SECRET,
    "kubernetes_secret_v1": _SECRET,
    "kubernetes_stateful_set": _STATEFUL_SET,
    "kubernetes_stateful_set_v1": _STATEFUL_SET,
    "random_password": lesser("the password that was drawn", "生成済みのパスワード"),
    "random_string": _DRAWN,
    "random_bytes": data(
        "the bytes that were drawn, often a key", "生成済みのバイト列（多くは鍵）"
    ),
    "tls_private_key": data("the private key", "秘密鍵"),
    "tls_self_signed_cert": lesser("the certificate", "証明書"),
    "tls_locally_signed_cert": lesser("the certificate", "証明書"),
    "vault_mount": data(
        "the secrets engine and all its secrets", "シークレットエンジンとその全内容"
    ),
    "vault_generic_secret": data("the secret", "シークレット"),
    "vault_kv_secret": data("the secret", "シークレット"),
    "vault_kv_secret_v2": data(
        "the secret and its versions",
        "シークレットとそのバージョン",
    ),
    "vault_transit_secret_backend_key": data(
        "the key and everything that is encrypted with it",
        "鍵と、その鍵で暗号化された全データ",
        Protection("deletion_allowed", Effect.REFUSES, Wanted.FALSE, Stand.ON),
    ),
    "vault_pki_secret_backend_root_cert": data(
        "the root certificate and its private key", "ルート証明書とその秘密鍵"
    ),
    "vault_token": lesser("the token", "トークン"),
    "vault_namespace": data("the namespace and everything in it", "名前空間とその中のすべて"),
    "postgresql_database": data("the database", "データベース"),
    "postgresql_schema": data(
        "the schema and its tables",
        "スキーマとそのテーブル",
        only_empty("drop_cascade"),
    ),
    "postgresql_replication_slot": lesser(
        "the position that a replica has reached", "レプリカの進行位置"
    ),
}
