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

// "/" goes to the search box, unless somebody is typing.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const box = document.getElementById("search");
  if (box && box.offsetParent) { event.preventDefault(); box.focus(); box.select(); }
});

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
