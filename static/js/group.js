// Attendance of a group: everybody is marked at once in the page. Without this script the server does it, and keeps what was typed.
"use strict";
{
  const form = document.querySelector("form.group"), marked = document.getElementById("marked");
  if (form) {
    const count = () => {
      const rows = [...form.querySelectorAll(".toggles")];
      const said = rows.filter((row) => row.querySelector("input:checked")?.value).length;
      marked.textContent = `${said} / ${rows.length} ${marked.dataset.word}`;
    };
    form.addEventListener("click", (event) => {
      const button = event.target.closest('button[name="everybody"]');
      if (!button) return;
      event.preventDefault();
      for (const field of form.querySelectorAll(".toggles input")) field.checked = field.value === button.value;
      form.dispatchEvent(new Event("input", { bubbles: true }));
    });
    form.addEventListener("input", count);
    form.addEventListener("change", count);
    count();
  }
}
