"""Takes the pictures of the pages of help, in each language, into static/help; the portal must be running, with the whole demo.

    make run                                (in one terminal)
    .venv/bin/python -m scripts.help_pictures  (in another)

NAMES="answer divert" takes those alone.
"""

from __future__ import annotations

import base64
import os
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from scripts.screenshots import LANGUAGES, choose_language, launch, sign_in, visit

OUT = Path("static/help")
PHONE = {"width": 390, "height": 520}
SHARPNESS = 1.5
"""Pixels of a picture for each of the page."""
TO_WEBP = """async (png) => { const image = new Image(); image.src = "data:image/png;base64," + png; await image.decode();
    const canvas = document.createElement("canvas"); canvas.width = image.width; canvas.height = image.height;
    canvas.getContext("2d").drawImage(image, 0, 0);
    return canvas.toDataURL("image/webp", 0.6).split(",")[1]; }"""

# Role → name of the picture, its page, and at what the picture begins; as `screenshots.visit` has them.
PICTURES: dict[str, list[tuple[str, str, str]]] = {
    "caseworker@demo.example": [
        ("home", "/", "main"),
        ("answer", "first:/referrals/?box=incoming&state=sent", "#what-now"),
        ("meeting", "first:/caseload/", "form[action$='/meeting/']"),
        ("walk-in", "/walk-in/", "main"),
        ("refer", "/referrals/new/", "main"),
    ],
    "manager@demo.example": [("workload", "/workload/", "main")],
    "liaison@demo.example": [
        ("divert", "/divert/", "main"),
        ("diversions", "/diversions/", "main"),
        ("decide", "first:/ .rows li:has-text('6/6') .what a", "form[action$='/decide/']"),
        ("outcomes", "/diversions/outcomes/", "main"),
    ],
    "data@demo.example": [
        ("import", "/imports/new/", "main"),
        ("feeds", "/", "main"),
        ("quality", "/figures/quality/", "main"),
    ],
    "prosecutor@demo.example": [
        ("addressed", "/", "main"),
        ("case", "first:/ .rows .what a", "form[action$='/decide/']"),
    ],
    "youth@demo.example": [("changes", "/", "main")],
    "coordinator@demo.example": [
        ("briefing", "/", "main"),
        ("figures", "/figures/recidivism/", "main"),
        ("partner", "/partners/new/", "main"),
        ("announcement", "/announcements/new/", "main"),
    ],
    "auditor@demo.example": [
        ("read-log", "/read-log/", "main"),
        ("unusual", "/unusual-reading/", "main"),
        ("requests", "/requests/", "main"),
    ],
    "admin@demo.example": [
        ("first-managers", "/service/partners/", "main"),
        ("accounts", "/service/accounts/", "main"),
        ("failed", "/service/events/", "main"),
    ],
}


def take(page: Page, converter: Page, begins_at: str, path: Path) -> None:
    """A picture of the page from where an element begins, below the head that stays."""
    page.evaluate("(selector) => document.querySelector(selector).scrollIntoView({behavior: 'instant'})", begins_at)
    png = page.screenshot(animations="disabled")
    webp = converter.evaluate(TO_WEBP, base64.b64encode(png).decode())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(base64.b64decode(webp))


def main() -> None:
    wanted = os.environ.get("NAMES", "").split()
    with sync_playwright() as playwright:
        browser = launch(playwright)
        converter = browser.new_page()
        for email, pictures in PICTURES.items():
            pictures = [each for each in pictures if not wanted or each[0] in wanted]
            if not pictures:
                continue
            for language in LANGUAGES:
                context = browser.new_context(viewport=PHONE, device_scale_factor=SHARPNESS)  # type: ignore[arg-type]
                page = context.new_page()
                sign_in(page, email)
                choose_language(page, language)
                for name, address, begins_at in pictures:
                    visit(page, address)
                    page.wait_for_load_state("networkidle")
                    take(page, converter, begins_at, OUT / language / f"{name}.webp")
                choose_language(page, "en")
                context.close()
        browser.close()


if __name__ == "__main__":
    main()
