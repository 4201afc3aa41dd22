"""Upload addresses, in memory."""

import dataclasses
from datetime import datetime

from sekisho.domain.configurations import Upload
from sekisho.domain.errors import UploadUnknown
from sekisho.stores.writes import Turn


class MemoryUploads:
    """Keeps addresses in a dict; those that are used up keep their result until they expire."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._uploads: dict[str, Upload] = {}
        self._taken: set[str] = set()

    def add(self, upload: Upload) -> None:
        with self._turn:
            if upload.key_digest in self._uploads:
                raise ValueError(upload.key_digest)
            self._uploads[upload.key_digest] = upload

    def take(self, key_digest: str, now: datetime) -> Upload:
        with self._turn:
            upload = self._uploads.get(key_digest)
            if upload is None or key_digest in self._taken or now >= upload.expires_at:
                raise UploadUnknown
            self._taken.add(key_digest)
            return upload

    def finish(self, key_digest: str, configuration: str) -> None:
        with self._turn:
            if key_digest not in self._taken:
                raise UploadUnknown
            upload = self._uploads[key_digest]
            self._uploads[key_digest] = dataclasses.replace(upload, configuration=configuration)

    def result(self, key_digest: str) -> str | None:
        with self._turn:
            if key_digest not in self._uploads:
                raise UploadUnknown
            return self._uploads[key_digest].configuration

    def expire(self, before: datetime) -> int:
        with self._turn:
            old = [key for key, upload in self._uploads.items() if upload.expires_at < before]
            for key in old:
                del self._uploads[key]
                self._taken.discard(key)
            return len(old)
