// What is typed into a form is kept on the server while it is typed, encrypted, for its writer alone; and comes back when
// the form is opened again. A form is known by the address that it is sent to.
"use strict";
{
  const forms = new Map([...document.querySelectorAll("form[data-keep]")].map((form) => {
    const to = new URL(form.getAttribute("action") || location.href, location.href);
    return [to.pathname + to.search, form];
  }));
  const fromTemplate = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);
  const post = (form, path, more) => {
    const body = new FormData(form);
    for (const [name, value] of [...body]) if (typeof value !== "string") body.delete(name);
    for (const field of form.querySelectorAll("[data-not-kept]")) body.delete(field.name);
    body.set("keep-path", path);
    body.set("keep-page", location.pathname + location.search);
    if (more) body.set(more, "1");
    return fetch("/keep/", { method: "POST", body, redirect: "manual" });
  };

  const signedOut = () => {
    if (document.querySelector(".signed-out")) return;
    document.getElementById("main").prepend(fromTemplate("signed-out"));
  };

  const fill = (form, fields) => {
    const left = new Map();
    for (const [name, value] of fields) left.set(name, [...(left.get(name) || []), value]);
    for (const field of form.elements) {
      if (!field.name || field.type === "hidden" || field.type === "file" || field.type === "submit") continue;
      const values = left.get(field.name) || [];
      if (field.type === "checkbox" || field.type === "radio") field.checked = values.includes(field.value);
      else if (field.multiple) for (const option of field.options) option.selected = values.includes(option.value);
      else if (values.length) field.value = values.shift();
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
  };

  const restore = (form, path, { fields, text }) => {
    fill(form, fields);
    form.closest("details")?.setAttribute("open", "");
    form.dataset.changed = "";
    const bar = fromTemplate("kept-bar");
    bar.querySelector("span").textContent = text;
    bar.querySelector("button").addEventListener("click", () => {
      post(form, path, "keep-drop").then(() => { form.dataset.changed = ""; location.reload(); });
    });
    form.prepend(bar);
    if (location.hash === "#kept" && !document.activeElement.closest(".kept")) {
      bar.scrollIntoView({ block: "start", behavior: "instant" });
      bar.querySelector("span").focus({ preventScroll: true });
    }
  };

  for (const [path, form] of forms) {
    let timer = 0;
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(async () => {
        if (form.dataset.sent) return;
        const answer = await post(form, path).catch(() => null);
        if (answer && answer.type === "opaqueredirect") signedOut();
      }, 1200);
    });
    form.addEventListener("submit", () => clearTimeout(timer));
  }

  // A form that came back with errors holds what was typed already.
  if (forms.size && !document.querySelector(".error-summary, main [aria-invalid=true]")) {
    const query = new URLSearchParams([...forms.keys()].map((path) => ["path", path]));
    fetch(`/keep/?${query}`, { redirect: "manual" }).then((answer) => answer.ok ? answer.json() : {}).then((found) => {
      for (const [path, kept] of Object.entries(found)) restore(forms.get(path), path, kept);
    }).catch(() => {});
  }
}
