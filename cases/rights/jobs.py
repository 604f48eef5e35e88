"""The job that counts whose data is past its time."""

from __future__ import annotations

from celery import shared_task

from cases.rights import actions as rights


@shared_task
def count_past_retention() -> None:
    """How many people of each partner are past their time, for the auditor."""
    rights.count_past_retention()
