"""moto as a server on loopback: S3, DynamoDB, STS and EC2 for Terraform and for the tests."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3

REGION = "ap-northeast-1"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIATESTTESTTESTTEST", "AWS_SECRET_ACCESS_KEY": "moto-does-not-look"}


@dataclass(frozen=True)
class Moto:
    """A server that runs; `url` is its address."""

    url: str

    @contextlib.contextmanager
    def client(self, service: str) -> Iterator[Any]:
        """Give a boto3 client for one service of this server."""
        client: Any = boto3.client(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
        )
        try:
            yield client
        finally:
            client.close()

    def reset(self) -> None:
        """Forget everything that was made."""
        request = urllib.request.Request(f"{self.url}/moto-api/reset", method="POST")
        urllib.request.urlopen(request).close()

    def make_backend(self, bucket: str, table: str) -> None:
        """Make what a team makes once for its states: a bucket, and a table for locks."""
        with self.client("s3") as s3, self.client("dynamodb") as dynamodb:
            s3.create_bucket(
                Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION}
            )
            dynamodb.create_table(
                TableName=table,
                KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
                BillingMode="PAY_PER_REQUEST",
            )


@contextlib.contextmanager
def serving() -> Iterator[Moto]:
    """Serve on a free port until the end of the block."""
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        env={"PATH": os.environ["PATH"]},
    ) as server:
        assert server.stdout
        try:
            started = (re.search(r"http://127\.0\.0\.1:\d+", line) for line in server.stdout)
            url = next(found[0] for found in started if found)
            # It logs every request, and stands still once nobody reads what it writes.
            threading.Thread(target=server.stdout.read, daemon=True).start()
            yield Moto(url)
        finally:
            server.kill()
