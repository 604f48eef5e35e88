"""Uploads in a store with the API of S3 instead of the database: as closed to others, and gone when the import is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from django.core.files.storage import storages
from moto.server import ThreadedMotoServer

from cases.arrests.models import Arrest
from cases.imports import keeping
from cases.imports.models import ImportChunk
from partnership.isolation import encryption
from partnership.project import backup
from tests.cases.test_imports import check, confirm, csv_of, row, upload
from tests.processes import free_port

KEYS = {"access_key": "of-the-portal", "secret_key": "a secret of the store"}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    port = free_port()
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=port)
    moto.start()
    yield f"http://127.0.0.1:{port}"
    moto.stop()


@pytest.fixture
def bucket(server: str, settings: Any) -> Any:
    store = boto3.resource(
        "s3",
        endpoint_url=server,
        region_name="eu-north-1",
        aws_access_key_id=KEYS["access_key"],
        aws_secret_access_key=KEYS["secret_key"],
    )
    bucket = store.Bucket("portal")
    bucket.create(CreateBucketConfiguration={"LocationConstraint": "eu-north-1"})
    options = {
        "bucket_name": "portal",
        "location": "here",
        "endpoint_url": server,
        "region_name": "eu-north-1",
        "addressing_style": "path",
    }
    settings.STORAGES = settings.STORAGES | {
        "files": {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options | KEYS}
    }
    yield bucket
    bucket.objects.delete()
    bucket.delete()


def test_a_file_lies_there_encrypted_is_read_from_there_and_gone_when_it_is_loaded(
    world, bucket, django_capture_on_commit_callbacks
):
    data_import = upload(world, csv_of([row(), row(arrest_number="K-2", arrested_on="2025-03-08")]))
    (chunk,) = ImportChunk.objects.all()
    (there,) = bucket.objects.all()
    assert (bytes(chunk.data), there.key) == (b"", f"here/{chunk.name}")
    assert chunk.name.startswith(f"imports/{data_import.pk}/")
    assert "kinen" not in there.get()["Body"].read().decode("latin-1")
    with django_capture_on_commit_callbacks(execute=True):
        confirm(world, check(world, data_import))
    assert Arrest.objects.count() == 2
    assert not ImportChunk.objects.exists()
    assert not list(bucket.objects.all())


def test_an_object_opens_under_the_row_of_its_owner_alone(world, bucket):
    upload(world, csv_of([row()]))
    chunk = ImportChunk.objects.get()
    assert b"kinen" in keeping.piece_of(chunk)
    chunk.partner = world.other_police
    with pytest.raises(encryption.Unreadable):
        keeping.piece_of(chunk)


def test_after_a_change_of_keys_it_is_sealed_under_the_new_one(world, bucket, settings):
    upload(world, csv_of([row()]))
    chunk = ImportChunk.objects.get()
    old = settings.FIELD_KEYS
    settings.FIELD_KEYS = ["a new key that is long enough for this, too", *old]
    keeping.seal_anew(chunk)
    settings.FIELD_KEYS = settings.FIELD_KEYS[:1]
    assert b"kinen" in keeping.piece_of(chunk)
    assert len(list(bucket.objects.all())) == 1


def test_a_backup_is_copied_there(bucket, tmp_path):
    path = tmp_path / "portal-20261130T011500Z.age"
    path.write_bytes(b"encrypted")
    backup.copy_away(path)
    (there,) = bucket.objects.all()
    assert (there.key, there.get()["Body"].read()) == (f"here/backups/{path.name}", b"encrypted")


def test_without_one_uploads_lie_in_the_database(world):
    assert "files" not in storages.backends
    upload(world, csv_of([row()]))
    chunk = ImportChunk.objects.get()
    assert (chunk.name, b"kinen" in bytes(chunk.data)) == ("", True)
