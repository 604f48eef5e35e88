"""Files and imports of somebody who means harm, or who chose the wrong column: what a job does with them, and what is left of them."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse

from cases.arrests.models import Arrest
from cases.imports import actions as imports
from cases.imports.models import DataImport, ImportMapping
from partnership.isolation.acting import enter
from partnership.members.models import DistrictPopulation
from partnership.pages.csv_files import UnreadableFile
from tests.cases.test_imports import CODE, check, csv_of, row, upload, work
from tests.world import World, database_role, on_web


def as_kind(world: World, kind: str, content: bytes, mapping: dict[str, str]) -> DataImport:
    """An import that SQL in an NGO's page says is of this kind, and is to be checked."""
    with on_web(world.case_manager):
        data_import = imports.upload(
            by=world.case_manager,
            kind=DataImport.Kind.PARTICIPANTS,
            file=SimpleUploadedFile("x.csv", content),
            programme=world.programme,
            loads_if_clean=True,
        )
        DataImport.objects.filter(pk=data_import.pk).update(
            kind=kind, state=DataImport.State.CHECKING, mapping=mapping, loads_if_clean=True
        )
    return work(data_import)


class TestAKindThatThePartnerDoesNotBring:
    def test_an_ngo_loads_no_arrests(self, world):
        mapping = {name: name for name in ("arrest_number", "arrested_on", "offence_code", "district", "identity_code")}
        done = as_kind(world, "arrests", csv_of([row()]), mapping)
        assert (done.state, Arrest.objects.count()) == (DataImport.State.FAILED, 0)

    def test_nor_how_many_live_where(self, world):
        """What every rate is divided by, everybody's."""
        content = b"year;district;residents;residents_under_18\n2024;Harbour;1;1\n"
        before = list(DistrictPopulation.objects.order_by("id").values_list("residents", flat=True))
        mapping = {name: name for name in ("year", "district", "residents", "residents_under_18")}
        done = as_kind(world, "populations", content, mapping)
        assert done.state == DataImport.State.FAILED
        assert list(DistrictPopulation.objects.order_by("id").values_list("residents", flat=True)) == before


def test_a_job_reads_no_file_of_another_partner_that_waits_for_a_choice(world):
    """Its first rows are kept until then, encrypted under a key that jobs have."""
    upload(world, csv_of([row()]))
    with transaction.atomic(), database_role("worker"):
        enter(partner_id=world.ngo.pk, role="worker")
        assert not DataImport.objects.exists()


class TestWhatIsNotEncrypted:
    """Headings, and offence codes without a mapping, stand in the clear."""

    @pytest.mark.parametrize(
        "first", [f"K-1;Mäkinen;{CODE}", "K-1;Mäkinen;1.3.2025", "K-1;Mäkinen;2025-03-01", "Mäkinen;13.10.1852"]
    )
    def test_a_file_without_headings_is_refused_before_anything_of_it_is_stored(self, world, first):
        """Its first row became the headings, which were remembered for ever."""
        with pytest.raises(UnreadableFile, match="names of the columns"):
            upload(world, f"{first}\n{first}\n".encode())
        assert not DataImport.objects.exists()

    def test_of_an_import_that_is_discarded_nothing_is_left(self, world):
        """The last name was chosen as the offence code, and stood among the codes without a mapping."""
        data_import = upload(world, csv_of([row()]))
        with on_web(world.data_officer):
            DataImport.objects.update(mapping=data_import.mapping | {"offence_code": "last_name", "last_name": ""})
        data_import.refresh_from_db()
        check(world, data_import)
        data_import.refresh_from_db()
        assert "Mäkinen" in str(data_import.unmapped_codes)
        with on_web(world.data_officer):
            imports.discard(by=world.data_officer, data_import=data_import)
        data_import.refresh_from_db()
        assert "Mäkinen" not in str(vars(data_import))
        assert "Mäkinen" not in str(ImportMapping.objects.values())
        page = world.client(world.data_officer).get(reverse("data_import", args=[data_import.pk]))
        assert page.status_code == 200
