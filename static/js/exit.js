// Leaves at once and leaves no way back: the address takes this page's place in the history. Escape three times does the same.
"use strict";
const exit = document.getElementById("exit");
const leave = (event) => { event?.preventDefault(); location.replace(exit.href); };
exit.addEventListener("click", leave);
let pressed = 0;
addEventListener("keydown", (event) => {
  pressed = event.key === "Escape" ? pressed + 1 : 0;
  if (pressed === 3) leave();
});
