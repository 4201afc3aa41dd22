"""What keys promise, real and fake; and what the file that keeps them does."""

import base64
import hmac
import json
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from sekisho.domain.errors import DiskFull, StoreUnavailable
from sekisho.identity.keys import FileKeys
from sekisho.ports import Keys
from tests.contract.test_sqlite_store import no_file_beyond
from tests.fakes.keys import FakeKeys

Make = Callable[[str], Keys]
MESSAGE = "承認 run_000001".encode()
FILE = "server-keys.json"


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


@pytest.fixture(params=["fake", "file"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """Makes keys; those of one name are the same keys, opened again."""
    if request.param == "fake":
        return lambda name: FakeKeys(name.encode())
    return lambda name: FileKeys(tmp_path / name)


def test_a_signature_holds_for_its_message_alone(make: Make):
    keys = make("a")
    signature = keys.sign(MESSAGE)

    assert keys.verify(MESSAGE, signature, keys.key_id) is True
    assert keys.verify(MESSAGE + b".", signature, keys.key_id) is False
    assert keys.verify(b"", signature, keys.key_id) is False


@pytest.mark.parametrize("forged", ["", "A", "=", "not base64 !", "署名", "AAAA", "A" * 86])
def test_what_is_no_signature_does_not_hold(make: Make, forged: str):
    keys = make("a")

    assert keys.verify(MESSAGE, forged, keys.key_id) is False


def test_a_signature_does_not_hold_under_another_key(make: Make):
    keys, others = make("a"), make("b")
    signature = keys.sign(MESSAGE)

    assert keys.key_id != others.key_id
    assert others.verify(MESSAGE, signature, others.key_id) is False
    assert others.verify(MESSAGE, signature, keys.key_id) is False
    assert keys.verify(MESSAGE, signature, others.key_id) is False


def test_a_digest_is_equal_for_equal_messages_under_one_key(make: Make):
    keys = make("a")

    assert keys.mac(MESSAGE) == make("a").mac(MESSAGE)
    assert keys.mac(MESSAGE) != keys.mac(MESSAGE + b".")
    assert keys.mac(MESSAGE) != make("b").mac(MESSAGE)
    assert len(keys.mac(b"")) == 64


def test_keys_opened_again_are_the_same(make: Make):
    keys, again = make("a"), make("a")

    assert again.key_id == keys.key_id
    assert len(keys.key_id) == 16
    assert again.verify(MESSAGE, keys.sign(MESSAGE), keys.key_id)


# --- the file -----------------------------------------------------------------------------------


def test_the_audit_has_a_key_of_its_own(tmp_path: Path):
    keys = FileKeys(tmp_path)

    assert keys.audit_mac(MESSAGE) != keys.mac(MESSAGE)
    assert keys.audit_mac(MESSAGE) == FileKeys(tmp_path).audit_mac(MESSAGE)


def test_the_secrets_differ_and_are_used_as_documented(tmp_path: Path):
    keys = FileKeys(tmp_path)
    kept = json.loads((tmp_path / FILE).read_text("utf-8"))
    secrets = {n: base64.b64decode(kept[n]) for n in ("signing", "digests", "data")}

    assert len(set(secrets.values())) == 3
    assert keys.data_key() == secrets["data"]
    signed = Ed25519PrivateKey.from_private_bytes(secrets["signing"]).sign(MESSAGE)
    assert base64.urlsafe_b64decode(keys.sign(MESSAGE) + "==") == signed
    derived = HKDFExpand(hashes.SHA256(), 32, b"sekisho audit").derive(secrets["digests"])

    assert keys.audit_mac(MESSAGE) == hmac.new(derived, MESSAGE, "sha256").hexdigest()


def test_only_the_server_s_account_may_read_the_file(tmp_path: Path):
    FileKeys(tmp_path / "keys")

    assert stat.S_IMODE((tmp_path / "keys" / FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    assert names(tmp_path / "keys") == [FILE]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_file_that_others_can_get_at_is_refused(tmp_path: Path, mode: int):
    FileKeys(tmp_path)
    (tmp_path / FILE).chmod(mode)

    with pytest.raises(StoreUnavailable) as caught:
        FileKeys(tmp_path)

    assert "chmod 600" in str(caught.value)


def damaged(name: str) -> str:
    whole = dict.fromkeys(("signing", "digests", "data"), base64.b64encode(b"k" * 32).decode())
    return json.dumps(whole | {name: base64.b64encode(b"k" * 31).decode()})


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", "{", damaged("data"), damaged("signing")])
def test_a_damaged_file_is_refused_and_left_as_it_is(tmp_path: Path, text: str):
    (tmp_path / FILE).write_text(text, "utf-8")
    (tmp_path / FILE).chmod(0o600)

    with pytest.raises(StoreUnavailable) as caught:
        FileKeys(tmp_path)

    assert "damaged" in str(caught.value)
    assert (tmp_path / FILE).read_text("utf-8") == text


def test_keys_made_by_many_at_once_are_one_winner_s(tmp_path: Path):
    for trial in range(10):
        start = threading.Barrier(8)
        made: list[FileKeys] = []

        def make(start: threading.Barrier = start, made: list[FileKeys] = made, n: int = trial):
            start.wait(30)
            made.append(FileKeys(tmp_path / str(n)))

        threads = [threading.Thread(target=make) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)

        assert len(made) == 8
        assert len({keys.data_key() for keys in made}) == 1
        assert names(tmp_path / str(trial)) == [FILE]


def test_a_full_disk_leaves_no_keys(tmp_path: Path):
    with no_file_beyond(100), pytest.raises(DiskFull):
        FileKeys(tmp_path / "keys")

    assert names(tmp_path / "keys") == []
    assert FileKeys(tmp_path / "keys").data_key() == FileKeys(tmp_path / "keys").data_key()


def test_keys_do_not_show_what_they_keep(tmp_path: Path):
    keys = FileKeys(tmp_path)
    shown = repr(keys) + str(keys)

    assert base64.b64encode(keys.data_key()).decode() not in shown
    assert repr(keys.data_key()) not in shown
