"""Forms of referrals: the draft, the consent, each verb, messages."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.consents import papers
from cases.consents.actions import check_signed
from cases.consents.models import Consent
from partnership.isolation.acting import Acting
from partnership.isolation.errors import Invalid, RuleError
from partnership.pages.form_fields import DateInput, ModelForm, offer_days
from programs.catalogue.choosing import FitForm
from programs.catalogue.fit import ages_of
from programs.catalogue.models import Programme
from referrals.handover.actions import KINDS_BY_SENDER
from referrals.handover.transitions import reasons_for


class ProgrammeChoice(forms.ModelChoiceField):  # type: ignore[type-arg] # Django's takes none when it runs
    """Names the partner and whether there is a place now."""

    def label_from_instance(self, programme: Programme) -> str:
        places = f" · {programme.places_free} ✓" if programme.places_free else ""
        ages = f" · {ages_of(programme)}" if ages_of(programme) else ""
        return f"{programme.local_name} · {programme.partner.name} ({programme.get_capacity_display()}{places}{ages})"


class ProgrammeSelect(forms.Select):
    """Each option says which kinds of referral its programme takes, so that the page can show only those."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        programme = getattr(value, "instance", None)
        if programme:
            option["attrs"]["data-for"] = " ".join(programme.accepts)
        return option


class ReferralForm(FitForm):
    kind = forms.ChoiceField(label=_("Kind"))
    programme = ProgrammeChoice(
        label=_("Programme"),
        queryset=Programme.objects.none(),
        widget=ProgrammeSelect(attrs={"data-for-field": "kind"}),
        help_text=_("Only programmes that take referrals of this kind now; those with free places come first."),
    )
    is_urgent = forms.BooleanField(label=_("Urgent"), required=False)
    language = forms.CharField(
        label=_("Language of the person"), max_length=40, required=False, help_text=_("If an interpreter is needed.")
    )
    summary = forms.CharField(
        label=_("Situation"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "What the receiver needs to know to answer, and no more. Leave the name out: it is shown with the answer."
        ),
    )

    def __init__(self, *args: Any, acting: Acting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = KINDS_BY_SENDER.get(acting.partner.kind, ())
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in kinds]  # type: ignore[attr-defined]
        offered = (
            Programme.objects.offered().exclude(capacity=Programme.Capacity.CLOSED).filter(accepts__overlap=list(kinds))
        )
        self.fields["programme"].queryset = offered.select_related("partner").order_by("capacity", "name")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        programme, kind = data.get("programme"), data.get("kind")
        if programme and kind and kind not in programme.accepts:
            self.add_error("programme", _("This programme takes no referrals of this kind."))
        return data


CONSENT_TERMS = (
    "scope",
    "purpose",
    "reports_back",
    "signed_on",
    "signed_how",
    "witness",
    "expires_on",
    "expires_event",
    "told_right_to_withdraw",
    "guardian_name",
    "guardian_missing_reason",
)


class ConsentForm(ModelForm[Consent]):
    """The terms of a consent. `is_given` says whether it is recorded now."""

    KEPT_AT_RENEWAL = ("scope", "purpose", "reports_back", "expires_event", "guardian_name", "guardian_missing_reason")

    is_given = forms.BooleanField(label=_("The person has given consent"), required=False)
    purpose = forms.CharField(label=_("Purpose"), max_length=200, required=False)
    signature = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"data-not-kept": ""}))
    paper = forms.FileField(
        label=_("The signed form"),
        required=False,
        help_text=_("A photo or a scan: PDF, JPEG or PNG, at most 4 MB. Only your organisation sees it."),
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/jpeg,image/png"}),
    )

    class Meta:
        model = Consent
        fields = CONSENT_TERMS
        widgets = {
            "signed_on": DateInput(),
            "expires_on": DateInput(),
            "guardian_name": forms.TextInput(),
            "witness": forms.TextInput(),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.document = b""
        today = timezone.localdate()
        initial = {
            "signed_on": today,
            "signed_how": Consent.Signed.PAPER,
            "expires_on": today + timedelta(days=365),
            "purpose": _("To arrange and follow up the service that I am referred to"),
        }
        kwargs["initial"] = initial | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = False

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("is_given"):
            for name in ("purpose", "signed_on", "signed_how", "scope"):
                if not data.get(name):
                    self.add_error(name, _("This belongs to a consent."))
            if data.get("signed_on") and data["signed_on"] > timezone.localdate():
                self.add_error("signed_on", _("The date lies in the future."))
            if not data.get("told_right_to_withdraw"):
                self.add_error(
                    "told_right_to_withdraw", _("A consent is valid only when the right to withdraw was explained.")
                )
            self._read_paper(data)
            self._check_signed(data)
        return data

    def _check_signed(self, data: dict[str, Any]) -> None:
        """As recording it does, before anything else is saved."""
        try:
            check_signed(
                Consent(signed_how=data.get("signed_how") or "", witness=data.get("witness") or ""), self.document
            )
        except Invalid as error:
            self.add_error(error.field, str(error))

    def _read_paper(self, data: dict[str, Any]) -> None:
        """The signature from the screen, or the uploaded form; neither need be there."""
        on_screen = data.get("signed_how") == Consent.Signed.SCREEN
        name = "signature" if on_screen else "paper"
        try:
            if on_screen and data.get("signature"):
                self.document = papers.from_data_url(data["signature"])
            elif not on_screen and data.get("paper"):
                self.document = data["paper"].read(papers.MOST_BYTES + 1)
            if self.document:
                papers.media_type_of(self.document)
        except RuleError as error:
            self.add_error(None if on_screen else name, str(error))

    def _post_clean(self) -> None:
        """The model's own checks mean a recorded consent; one that is not given is not made."""

    def terms(self) -> dict[str, Any]:
        """What recording the consent takes, with the signed form."""
        return {name: self.cleaned_data[name] for name in CONSENT_TERMS} | {"paper": self.document}


class EventForm(forms.Form):
    """When the event happened with which a consent ends."""

    on = forms.DateField(label=_("It happened on"), widget=DateInput())


# --- Verbs -----------------------------------------------------------------------------------------------------------------


class VerbForm(forms.Form):
    """A verb without details."""

    def terms(self) -> dict[str, Any]:
        """What the verb's action takes."""
        return self.cleaned_data

    def appointment(self) -> dict[str, Any]:
        """The first appointment that is offered with the verb, if one is."""
        return {}


class StartForm(VerbForm):
    started_on = forms.DateField(label=_("Start"), widget=DateInput())
    measurement_consent = forms.BooleanField(
        label=_("The person consents to be counted in the partnership's statistics, by pseudonym"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_days(self.fields["started_on"], 0)


class AcceptForm(StartForm):
    started_on = forms.DateField(
        label=_("Start"),
        widget=DateInput(),
        required=False,
        help_text=_("Empty when the first day is not known yet: enrol later."),
    )
    first_day = forms.DateField(
        label=_("First appointment"),
        widget=DateInput(),
        required=False,
        help_text=_("The sender is told, so that the person knows."),
    )
    first_time = forms.TimeField(
        label=_("Time"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    first_place = forms.CharField(label=_("Place"), max_length=120, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_days(self.fields["first_day"], 0, 1)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("first_day") and not data.get("first_time"):
            self.add_error("first_time", _("Say at what time."))
        return data

    def terms(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if not name.startswith("first_")}

    def appointment(self) -> dict[str, Any]:
        data = self.cleaned_data
        if not data["first_day"]:
            return {}
        starts_at = timezone.make_aware(datetime.combine(data["first_day"], data["first_time"]))
        return {"starts_at": starts_at, "place": data["first_place"]}


class WaitlistForm(VerbForm):
    expected_on = forms.DateField(label=_("Place expected on"), widget=DateInput())

    def clean_expected_on(self) -> Any:
        day = self.cleaned_data["expected_on"]
        if day < timezone.localdate():
            raise forms.ValidationError(_("The date lies in the past."))
        return day


class EndedForm(VerbForm):
    ended_on = forms.DateField(label=_("Ended on"), widget=DateInput())


class ReasonForm(VerbForm):
    reason = forms.ChoiceField(label=_("Reason"))
    note = forms.CharField(
        label=_("Message to the other party"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, verb: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = [("", "—"), *reasons_for(verb)]  # type: ignore[attr-defined]


class EndEarlyForm(ReasonForm):
    ended_on = forms.DateField(label=_("Ended on"), widget=DateInput())


def verb_form(verb: str, data: Any = None) -> VerbForm:
    """The form for a verb's details; today is proposed where a day is asked for."""
    today = timezone.localdate()
    prefix = verb
    match verb:
        case "accept":
            return AcceptForm(data, prefix=prefix)
        case "enrol":
            return StartForm(data, prefix=prefix, initial={"started_on": today})
        case "waitlist":
            return WaitlistForm(data, prefix=prefix)
        case "complete":
            return EndedForm(data, prefix=prefix, initial={"ended_on": today})
        case "end_early":
            return EndEarlyForm(data, prefix=prefix, verb=verb, initial={"ended_on": today})
        case "decline" | "withdraw":
            return ReasonForm(data, prefix=prefix, verb=verb)
        case _:
            return VerbForm(data, prefix=prefix)


class MessageForm(forms.Form):
    text = forms.CharField(label=_("Message"), max_length=4000, widget=forms.Textarea(attrs={"rows": 2}))


class ReferOnForm(forms.Form):
    programme = ProgrammeChoice(label=_("Programme"), queryset=Programme.objects.none())

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = (
            Programme.objects.offered().exclude(capacity=Programme.Capacity.CLOSED).filter(accepts__contains=[kind])
        )
        self.fields["programme"].queryset = offered.select_related("partner").order_by("capacity", "name")  # type: ignore[attr-defined]
