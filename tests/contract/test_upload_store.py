"""What every store promises about single-use upload addresses."""

import dataclasses
import threading
from datetime import timedelta

import pytest

from sekisho.domain.configurations import Upload
from sekisho.domain.errors import UploadUnknown
from sekisho.ports import Store
from tests.fakes.clock import START
from tests.fakes.values import SATO, WORKSPACE

SOON = timedelta(minutes=15)
TICK = timedelta(microseconds=1)
UPLOAD = Upload("f" * 64, WORKSPACE, SATO, START + SOON)


def test_an_address_is_taken_once(store: Store):
    store.uploads.add(UPLOAD)

    assert store.uploads.take(UPLOAD.key_digest, START) == UPLOAD
    with pytest.raises(UploadUnknown):
        store.uploads.take(UPLOAD.key_digest, START)


def test_an_address_nobody_gave_is_unknown(store: Store):
    with pytest.raises(UploadUnknown):
        store.uploads.take("0" * 64, START)
    with pytest.raises(UploadUnknown):
        store.uploads.result("0" * 64)
    with pytest.raises(UploadUnknown):
        store.uploads.finish("0" * 64, "sha256:x")


def test_an_address_is_given_once(store: Store):
    store.uploads.add(UPLOAD)

    with pytest.raises(ValueError):
        store.uploads.add(dataclasses.replace(UPLOAD, workspace="other"))

    assert store.uploads.take(UPLOAD.key_digest, START) == UPLOAD


def test_an_address_works_until_the_moment_it_expires(store: Store):
    store.uploads.add(UPLOAD)

    with pytest.raises(UploadUnknown):
        store.uploads.take(UPLOAD.key_digest, UPLOAD.expires_at)
    assert store.uploads.take(UPLOAD.key_digest, UPLOAD.expires_at - TICK) == UPLOAD


def test_of_many_who_try_at_once_one_gets_the_address(store: Store):
    for trial in range(10):
        upload = dataclasses.replace(UPLOAD, key_digest=f"{trial:064}")
        store.uploads.add(upload)
        start = threading.Barrier(8)
        won: list[Upload] = []
        lost: list[UploadUnknown] = []

        def attempt(
            upload: Upload = upload,
            start: threading.Barrier = start,
            won: list[Upload] = won,
            lost: list[UploadUnknown] = lost,
        ) -> None:
            start.wait(30)
            try:
                won.append(store.uploads.take(upload.key_digest, START))
            except UploadUnknown as error:
                lost.append(error)

        threads = [threading.Thread(target=attempt) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert (won, len(lost)) == ([upload], 7)


def test_the_result_of_an_upload_is_known_when_it_is_finished(store: Store):
    store.uploads.add(UPLOAD)
    assert store.uploads.result(UPLOAD.key_digest) is None
    store.uploads.take(UPLOAD.key_digest, START)
    assert store.uploads.result(UPLOAD.key_digest) is None

    store.uploads.finish(UPLOAD.key_digest, "sha256:構成")

    assert store.uploads.result(UPLOAD.key_digest) == "sha256:構成"


def test_an_address_that_nobody_took_cannot_be_finished(store: Store):
    store.uploads.add(UPLOAD)

    with pytest.raises(UploadUnknown):
        store.uploads.finish(UPLOAD.key_digest, "sha256:x")


def test_expired_addresses_are_forgotten_and_counted(store: Store):
    for n in range(5):
        store.uploads.add(
            dataclasses.replace(UPLOAD, key_digest=str(n), expires_at=START + n * SOON)
        )
    store.uploads.take("1", START)

    assert store.uploads.expire(START + 2 * SOON) == 2
    assert store.uploads.expire(START + 2 * SOON) == 0

    with pytest.raises(UploadUnknown):
        store.uploads.result("1")
    assert store.uploads.result("2") is None
