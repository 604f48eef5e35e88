"""What the receiver must know to meet somebody goes with the question, how to make contact with who it is."""

from __future__ import annotations

import pytest
from django.urls import reverse

from cases.rights import actions as rights
from referrals.handover import actions as handover
from referrals.handover.models import Disclosure, Need, Referral
from tests.referrals.test_roadside import divert, fields
from tests.world import do, on_web, run_as

NEEDS = {
    "needs_interpreter": True,
    "access": "No stairs",
    "staff_risk": "A large dog",
    "safe_contact": "Text messages only",
    "never_contact": "Never by letter",
}


def test_the_receiver_reads_how_to_contact_with_the_answer_and_the_rest_before(world):
    referral = world.sent(needs=NEEDS)
    client, address = world.client(world.caseworker), reverse("referral", args=[referral.pk])
    before = client.get(address).text
    assert all(words in before for words in ("Interpreter", "No stairs", "A large dog"))
    assert not any(words in before for words in ("Text messages only", "Never by letter"))
    do(world, "accept", referral)
    after = client.get(address).text
    assert all(words in after for words in ("Text messages only", "Never by letter"))


def test_both_pages_take_them(world):
    typed = NEEDS | {"needs_interpreter": "on"}
    divert(world, **typed)
    assert handover.needs_of(Referral.objects.get()) == NEEDS
    form = fields(world, **typed) | {"kind": "arrest_diversion", "save": "1", "person-last_name": "Korhonen"}
    draft = world.client(world.liaison).post(reverse("referral_new"), form).url
    assert "Text messages only" in world.client(world.liaison).get(draft).text


@pytest.mark.parametrize("name", ["access", "staff_risk"])
def test_they_name_nobody(world, name):
    draft = world.draft(needs=NEEDS | {name: "Meikäläinen has a dog"})
    with pytest.raises(handover.NamesThePerson):
        do(world, "send", draft)


def test_they_go_on_with_the_person(world):
    referral = world.sent(needs=NEEDS)
    referral = do(world, "decline", referral)
    onward = run_as(world.liaison, handover.refer_on, referral=referral, programme=world.other_programme)
    with on_web(world.liaison):
        assert handover.needs_of(onward) == NEEDS


def test_a_change_that_does_not_name_them_keeps_them(world):
    draft = world.draft(needs=NEEDS)
    words = {"summary": "", "language": "", "is_urgent": False}
    run_as(
        world.liaison,
        handover.change_draft,
        referral=draft,
        programme=world.programme,
        kind="arrest_diversion",
        **words,
    )
    with on_web(world.liaison):
        assert handover.needs_of(draft) == NEEDS


def test_what_was_disclosed_of_who_is_erased_is_empty(world):
    referral = world.sent(needs=NEEDS)
    do(world, "withdraw", referral)
    manager = world.member(world.police, "police_liaison", is_manager=True)

    run_as(manager, rights.erase, person=referral.person)
    need, disclosure = Need.objects.get(), Disclosure.objects.get()
    assert {need.access, need.staff_risk, disclosure.safe_contact, disclosure.never_contact} == {""}


def test_a_system_sends_and_reads_them(world, police, ngo):
    person = world.person(world.police)
    body = {"kind": "arrest_diversion", "programme": world.programme.pk, "person": person.pk, "needs": NEEDS}
    shown = police.call("post", "referrals", body, status=201).found
    assert shown["need"]["access"] == "No stairs"
    assert shown["disclosure"]["never_contact"] == "Never by letter"
