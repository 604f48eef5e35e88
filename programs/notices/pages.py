"""Pages of trend notices: the list, one with what can be done, writing; a paper of those that hold; and warnings for the public."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.pages.form_fields import refuse
from partnership.pages.guard import own, partner_page
from partnership.pages.lists import show
from partnership.pages.number_format import typed
from partnership.pages.pdf import document, section
from partnership.pages.public import in_language
from partnership.pages.template_tags import day
from programs.notices import actions as notices
from programs.notices.forms import NoticeFilter, NoticeForm, ReplyForm, SendForm, WithdrawForm
from programs.notices.joint import seen_by_others
from programs.notices.lists import NOTICE_LIST, SEVERITY_LOOKS, STATE_LOOKS
from programs.notices.models import Notice, NoticeReply
from programs.notices.recognising import hints_in
from programs.permissions import NOTICES

MOST_ON_PAPER = 50
MOST_WARNINGS = 20


def _seen(request: PartnerRequest) -> QuerySet[Notice]:
    return Notice.objects.seen_by(request.acting).select_related("partner").prefetch_related("districts")


@require_safe
@partner_page(NOTICES)
def notice_list(request: PartnerRequest) -> HttpResponse:
    """Notices that the acting partner may read: those that hold today, unless the filters say otherwise."""
    notice_filter = NoticeFilter(request.GET, _seen(request), acting=request.acting)
    shown = show(request, NOTICE_LIST, notice_filter.qs)
    context = {"shown": shown, "page": shown.page, "filter": notice_filter}
    return render(request, "programs/notices/notice_list.html", context)


@require_safe
@partner_page(NOTICES)
def notice(request: PartnerRequest, pk: int) -> HttpResponse:
    """One notice: for its partner with hints and receivers, for others with their answer."""
    return _notice_page(request, _seen_notice(request, pk))


def _seen_notice(request: PartnerRequest, pk: int) -> Notice:
    related = ["written_by", "checked_by", "supersedes"]
    return get_object_or_404(_seen(request).select_related(*related), pk=pk)


def _notice_page(request: PartnerRequest, notice: Notice, **forms: Any) -> HttpResponse:
    """The page; with a form that was sent and is wrong, what is wrong stands in it."""
    acting = request.acting
    is_own = notice.partner_id == acting.partner.pk
    may = notices.save_notice.action.allows(acting)  # type: ignore[attr-defined]
    if not is_own and may:
        notices.note_reading(by=acting, notice=notice)
    replies = list(NoticeReply.objects.filter(notice=notice).select_related("partner").order_by("partner__name"))
    mine = next((reply for reply in replies if reply.partner_id == acting.partner.pk), None)
    is_for_all = notice.tlp in (Notice.Tlp.CLEAR, Notice.Tlp.GREEN)
    context: dict[str, Any] = {
        "notice": notice,
        "substances": [Notice.Substance(code).label for code in notice.substances],
        "state_looks": STATE_LOOKS[notice.state],
        "severity_looks": SEVERITY_LOOKS[notice.severity],
        "is_own": is_own,
        "is_own_words": notice.written_by_id == acting.user.pk,
        "is_for_all": is_for_all,
        "hints": hints_in(notice.text, notice.advice) if is_own and notice.is_open else [],
        "recipients": notice.recipients.select_related("to_partner").order_by("to_partner__name") if is_own else [],
        "replies": replies if is_own else [],
        "others": seen_by_others(acting, notice) if notice.is_in_force else [],
    }
    if is_own and may and notice.state == Notice.State.CHECKED and not is_for_all:
        context["send_form"] = SendForm(acting=acting)
    if is_own and may and notice.state == Notice.State.SHARED:
        context["withdraw_form"] = WithdrawForm()
    if not is_own and may and notice.state == Notice.State.SHARED:
        said = {"seen_here": mine.seen_here, "band": mine.band} if mine else {}
        context["reply_form"] = ReplyForm(initial=said)
    context |= forms
    return render(request, "programs/notices/notice.html", context, status=422 if forms else 200)


@partner_page(notices.save_notice)
def notice_new(request: PartnerRequest) -> HttpResponse:
    """A new notice. ?like=N: begins with substances and districts of one that was read; an own one that is shared it then replaces."""
    like = Notice.objects.seen_by(request.acting).filter(pk=typed(request.GET.get("like", "")) or 0).first()
    today = timezone.localdate()
    initial: dict[str, Any] = {"seen_from": today, "seen_to": today, "valid_until": today + timedelta(days=30)}
    new = Notice(partner=request.acting.partner)
    if like:
        initial |= {name: getattr(like, name) for name in ("kind", "substances", "severity")}
        initial["districts"] = list(like.districts.all())
        if like.partner_id == request.acting.partner.pk and like.state == Notice.State.SHARED:
            new.supersedes = like
            initial |= {"text": like.text, "advice": like.advice, "tlp": like.tlp}
    form = NoticeForm(request.POST or None, instance=new, initial=initial)
    return _written(request, form, _("New trend notice"), reverse("notice_list"))


@partner_page(notices.save_notice)
def notice_edit(request: PartnerRequest, pk: int) -> HttpResponse:
    """Changes a notice that is not shared yet."""
    form = NoticeForm(request.POST or None, instance=own(request, Notice, pk))
    return _written(request, form, _("Change the notice"), reverse("notice", args=[pk]))


def _written(request: PartnerRequest, form: NoticeForm, title: str, back: str) -> HttpResponse:
    if form.is_valid():
        try:
            saved = notices.save_notice(
                by=request.acting, notice=form.save(commit=False), districts=form.cleaned_data["districts"]
            )
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved. A colleague has a second look before it goes."))
            return redirect("notice", pk=saved.pk)
    context = {"form": form, "title": title, "back": back}
    return render(request, "pages/form.html", context, status=422 if request.method == "POST" else 200)


def _do(request: PartnerRequest, pk: int, done: str, change: Callable[[], object]) -> HttpResponse:
    """Changes a notice, and goes back to its page, which says `done` or what is wrong."""
    try:
        change()
    except RuleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect("notice", pk=pk)


@require_POST
@partner_page(notices.check_notice)
def notice_check(request: PartnerRequest, pk: int) -> HttpResponse:
    """A colleague says that nobody can be recognised."""
    checked = own(request, Notice, pk)
    done = _("Checked. It can be shared now.")
    return _do(request, pk, done, lambda: notices.check_notice(by=request.acting, notice=checked))


@require_POST
@partner_page(notices.share_notice)
def notice_share(request: PartnerRequest, pk: int) -> HttpResponse:
    """Shares a checked notice with those chosen, or with everybody where it is for everybody."""
    sent = own(request, Notice, pk)
    form = SendForm(request.POST, acting=request.acting)
    is_for_all = sent.tlp in (Notice.Tlp.CLEAR, Notice.Tlp.GREEN)
    if not is_for_all and not form.is_valid():
        return _notice_page(request, _seen_notice(request, pk), send_form=form)
    receivers = [] if is_for_all else form.cleaned_data["receivers"]
    done = _("Shared. Its receivers are told.")
    return _do(request, pk, done, lambda: notices.share_notice(by=request.acting, notice=sent, receivers=receivers))


@require_POST
@partner_page(notices.withdraw_notice)
def notice_withdraw(request: PartnerRequest, pk: int) -> HttpResponse:
    """Takes a shared notice back."""
    taken, form = own(request, Notice, pk), WithdrawForm(request.POST)
    if not form.is_valid():
        return _notice_page(request, _seen_notice(request, pk), withdraw_form=form)
    because = form.cleaned_data["because"]
    done = _("Withdrawn. Whoever received it reads why.")
    return _do(request, pk, done, lambda: notices.withdraw_notice(by=request.acting, notice=taken, because=because))


@require_POST
@partner_page(notices.discard_notice)
def notice_discard(request: PartnerRequest, pk: int) -> HttpResponse:
    """Throws a notice away that was not shared."""
    try:
        notices.discard_notice(by=request.acting, notice=own(request, Notice, pk))
    except RuleError as error:
        messages.error(request, str(error))
        return redirect("notice", pk=pk)
    messages.success(request, _("The draft is gone."))
    return redirect("notice_list")


@require_POST
@partner_page(notices.reply_to_notice)
def notice_reply(request: PartnerRequest, pk: int) -> HttpResponse:
    """Says whether the same is seen here."""
    notice, form = _seen_notice(request, pk), ReplyForm(request.POST)
    if not form.is_valid():
        return _notice_page(request, notice, reply_form=form)
    done = _("Saved. Who wrote the notice reads your answer.")
    return _do(
        request, pk, done, lambda: notices.reply_to_notice(by=request.acting, notice=notice, **form.cleaned_data)
    )


@require_safe
@partner_page(NOTICES)
def notice_paper(request: PartnerRequest) -> HttpResponse:
    """The notices of the list with its filters as a PDF, for a meeting: each says how far it may go on."""
    listed = NoticeFilter(request.GET, _seen(request), acting=request.acting).qs.order_by("-seen_to", "-id")
    out = list(listed.filter(state=Notice.State.SHARED)[:MOST_ON_PAPER])
    today = day(timezone.localdate())
    paper = document(
        {
            "title": _("Trend notices"),
            "subtitle": _("As of %(day)s, for %(partner)s") % {"day": today, "partner": request.acting.partner.name},
            "author": request.acting.partner.name,
            "footer": _("Each notice says how far it may go on."),
            "warning": "" if out else _("No notice is valid today."),
            "headline": "",
            "sections": [_on_paper(each) for each in out],
        }
    )
    response = HttpResponse(paper, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="notices-{timezone.localdate()}.pdf"'
    return response


def _on_paper(notice: Notice) -> dict[str, Any]:
    rows = [
        [_("How far it may go on"), notice.get_tlp_display()],
        [_("How serious"), notice.get_severity_display()],
        [_("Districts"), ", ".join(district.local_name for district in notice.districts.all())],
        [_("Seen"), f"{day(notice.seen_from)}–{day(notice.seen_to)}"],
        [_("Source"), f"{notice.reliability}{notice.credibility}"],
        [_("From"), notice.partner.name],
    ]
    text = [line for line in (notice.text, notice.advice) if line]
    return section(str(notice), text, heading=[_("What"), _("Value")], rows=rows)


@require_safe
@in_language
def warnings(request: HttpRequest) -> HttpResponse:
    """What the public is warned of, without sign-in."""
    public = Notice.objects.in_force().filter(tlp=Notice.Tlp.CLEAR).select_related("partner")
    latest = list(public.prefetch_related("districts").order_by("-seen_to", "-id")[:MOST_WARNINGS])
    return render(request, "programs/notices/warnings.html", {"notices": latest, "exit": settings.QUICK_EXIT_URL})
