// Small comforts; every page works without them.
"use strict";

// A menu closes when one clicks elsewhere or presses Escape.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) { menu.open = false; menu.querySelector("summary").focus(); }
});

// "/" goes to the search box and "?" shows the keys, unless somebody is typing or has switched them off (WCAG 2.2, 2.1.4).
const keysOff = () => localStorage.getItem("single-keys") === "off";
document.addEventListener("keydown", (event) => {
  if (!["/", "?"].includes(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
  const keys = document.getElementById("keys"), box = document.getElementById("search");
  if (!keys || keys.open || keysOff()) return;
  if (event.key === "?") { event.preventDefault(); keys.showModal(); }
  else if (box && box.offsetParent) { event.preventDefault(); box.focus(); box.select(); }
});
{
  const choice = document.getElementById("single-keys");
  if (choice) {
    choice.checked = !keysOff();
    choice.addEventListener("change", () => { localStorage.setItem("single-keys", choice.checked ? "on" : "off"); });
  }
  for (const button of document.querySelectorAll("[data-keys]")) {
    button.hidden = false;
    button.addEventListener("click", () => document.getElementById("keys").showModal());
  }
}

// After an error the first wrong field has the focus, wherever on the page it is; a summary without a field has it itself.
// A link of the summary leads into a group of choices, too.
const goTo = (field) => {
  for (let fold = field.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  field.scrollIntoView({ block: "center", behavior: "instant" });
  field.focus({ preventScroll: true });
};
const FIELDS = "input:not([type=hidden]), select, textarea";
document.addEventListener("click", (event) => {
  const to = event.target.closest(".error-summary a[href^='#']");
  const place = to && document.getElementById(to.hash.slice(1));
  if (!place) return;
  event.preventDefault();
  goTo(place.matches(FIELDS) ? place : place.querySelector(FIELDS) || place);
});
{
  const wrong = [...document.querySelectorAll("main :is([aria-invalid=true], .is-invalid)")].find((field) => field.matches(FIELDS));
  const first = wrong || document.querySelector("main .error-summary");
  if (first) goTo(first);
}

// The answers at the foot of a phone's screen go away while those of the page are in view. What has the focus is not half behind
// them, whichever of the two moves: a browser scrolls by no more than it must.
{
  const bar = document.querySelector(".answer-bar"), answers = document.getElementById("what-now");
  // Whoever moves the page by hand may leave behind what has the focus; a browser that is still on its way to it may not.
  let byHand = false;
  const uncover = () => {
    const at = document.activeElement;
    if (byHand || !bar.offsetHeight || at === document.body || bar.contains(at) || bar.classList.contains("is-away")) return;
    const edge = at.getBoundingClientRect(), over = edge.bottom - bar.getBoundingClientRect().top;
    if (over > 0 && edge.top < innerHeight && at.offsetHeight < innerHeight / 2) scrollBy({ top: over + 8, behavior: "instant" });
  };
  if (bar && answers) {
    for (const kind of ["wheel", "touchmove", "keydown"]) addEventListener(kind, () => { byHand = true; }, { passive: true });
    document.addEventListener("focusin", () => { byHand = false; uncover(); });
    document.addEventListener("scrollend", uncover);
    new IntersectionObserver(([seen]) => { bar.classList.toggle("is-away", seen.isIntersecting); uncover(); }).observe(answers);
    new ResizeObserver(uncover).observe(bar);
  }
}

// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
  form.dataset.changed = "";
  // A page that comes back from the browser's memory can be sent again.
  addEventListener("pageshow", () => { delete form.dataset.sent; }, { once: true });
});

// What was typed is not lost unasked.
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-keep]");
  if (form) form.dataset.changed = "yes";
});
addEventListener("beforeunload", (event) => {
  if (document.querySelector('form[data-changed="yes"]')) event.preventDefault();
});

// Parts of a form that matter for some choices only: data-when="field=value value".
const arrange = () => {
  for (const part of document.querySelectorAll("[data-when]")) {
    const [name, values] = part.dataset.when.split("=");
    const field = document.querySelector(`[name="${name}"]`);
    const value = field && (field.type === "checkbox" ? String(field.checked) : field.value);
    part.hidden = !values.split(" ").includes(value);
  }
};
document.addEventListener("change", arrange);
arrange();

// A choice of filter is applied at once.
document.addEventListener("change", (event) => {
  if (event.target.matches("form[data-apply] select")) event.target.form.requestSubmit();
});

// Charts follow the theme that is shown.
const dark = document.documentElement.dataset.bsTheme === "dark";
if (dark) {
  for (const source of document.querySelectorAll("source[data-dark]")) source.srcset = source.dataset.dark;
  for (const image of document.querySelectorAll("img[data-dark]")) image.src = image.dataset.dark;
}

// One box that chooses all rows of a page; a list's action needs at least one.
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-pick-all]")) return;
  for (const box of event.target.closest("table").querySelectorAll("td.pick input")) box.checked = event.target.checked;
});
document.addEventListener("submit", (event) => {
  if (!event.target.matches("form.bulk") || [...event.target.elements].some((field) => field.name === "pk" && field.checked)) return;
  event.preventDefault();
  delete event.target.dataset.sent;
  document.querySelector("td.pick input")?.focus();
});

document.addEventListener("click", (event) => { if (event.target.closest("[data-print]")) print(); });
// Paper is white: what is printed from the dark theme is written in dark letters.
addEventListener("beforeprint", () => { document.documentElement.dataset.bsTheme = "light"; });
addEventListener("afterprint", () => { document.documentElement.dataset.bsTheme = dark ? "dark" : "light"; });

// Days that are often meant have a button beside the field: data-days="Today=2026-11-30|Tomorrow=2026-12-01".
for (const field of document.querySelectorAll("input[data-days]")) {
  const buttons = document.createElement("div");
  buttons.className = "quick-days";
  for (const [label, day] of field.dataset.days.split("|").map((each) => each.split("="))) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm";
    button.textContent = label;
    button.addEventListener("click", () => {
      field.value = day;
      for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
    });
    buttons.append(button);
  }
  field.after(buttons);
}

// A link to a fold, or into one, opens it and goes to its first field.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-opens]"), fold = link && document.getElementById(link.hash.slice(1));
  if (!fold) return;
  event.preventDefault();
  fold.open = true;
  goTo(fold.querySelector(FIELDS + ", button") || fold);
});

// A long list of fields is narrowed by what one types; a choice for all that are left is made once.
for (const tools of document.querySelectorAll("[data-narrowing]")) tools.hidden = false;
document.addEventListener("input", (event) => {
  if (!event.target.matches("[data-narrow]")) return;
  const text = event.target.value.trim().toLowerCase();
  for (const part of document.getElementById(event.target.dataset.narrow).children) part.hidden = !part.dataset.text.toLowerCase().includes(text);
});
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-set-shown]")) return;
  for (const field of document.querySelectorAll(`#${event.target.dataset.setShown} > :not([hidden]) select`)) field.value = event.target.value;
});
