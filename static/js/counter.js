// The plus and minus of a count: without this script the number is typed.
"use strict";
for (const counter of document.querySelectorAll("[data-counter]")) {
  const field = counter.querySelector("input");
  for (const button of counter.querySelectorAll("button[data-step]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const next = (Number(field.value) || 0) + Number(button.dataset.step);
      field.value = Math.min(999, Math.max(0, next));
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }
}
