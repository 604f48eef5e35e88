// Hides the page at once, then leaves it, and leaves no way back: the address takes this page's place in the history. Escape three
// times does the same.
"use strict";
const exit = document.getElementById("exit");
const leave = (event) => {
  event?.preventDefault();
  document.documentElement.hidden = true;
  document.title = "";
  location.replace(exit.href);
};
exit.addEventListener("click", leave);
let pressed = 0;
addEventListener("keydown", (event) => {
  pressed = event.key === "Escape" ? pressed + 1 : 0;
  if (pressed === 3) leave();
});
// What was found is said aloud: a status is read when it changes, not when a page opens.
const found = document.querySelector("#found [role=status]");
if (found && location.search) {
  const text = found.textContent;
  found.textContent = "";
  setTimeout(() => { found.textContent = text; }, 100);
}
