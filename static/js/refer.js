// The form of a referral asks only what matters: programmes that take this kind, guardians for the young; and takes a
// signature on the screen. Without this script everything is shown, and the server checks the same.
"use strict";

// Programmes by kind
const kind = document.querySelector('[name="kind"]');
const programme = document.querySelector("[data-for-field]");
const offer = () => {
  for (const option of programme.options) {
    if (!option.dataset.for) continue;
    const fits = option.dataset.for.split(" ").includes(kind.value);
    option.hidden = option.disabled = !fits;
    if (!fits && option.selected) programme.value = "";
  }
};
if (kind && programme) { kind.addEventListener("change", offer); offer(); }

// Guardians: shown unless the person is known to be of age
const guardian = document.querySelector("[data-minor]");
const code = document.querySelector('[name="person-identity_code"]');
const born = document.querySelector('[name="person-born_on"]');
const birthDate = () => {
  const found = /^(\d\d)(\d\d)(\d\d)([+\-A-FYXWVU])/i.exec(code?.value.trim() || "");
  if (!found) return born?.value;
  const century = found[4] === "+" ? 18 : /[-YXWVU]/i.test(found[4]) ? 19 : 20;
  return `${century}${found[3]}-${found[2]}-${found[1]}`;
};
const ask = () => {
  const day = birthDate();
  if (guardian.dataset.minor) { guardian.hidden = guardian.dataset.minor === "no"; return; }
  const of_age = new Date();
  of_age.setFullYear(of_age.getFullYear() - 18);
  guardian.hidden = Boolean(day) && new Date(day) <= of_age;
};
if (guardian) { document.addEventListener("input", ask); document.addEventListener("change", ask); ask(); }

// What concerns some ages alone: the talk from 15 to 17, the notice instead of a diversion under 15
const yearsSince = (day) => {
  const today = new Date(), then = new Date(day), years = today.getFullYear() - then.getFullYear();
  const isToCome = today.getMonth() < then.getMonth() || (today.getMonth() === then.getMonth() && today.getDate() < then.getDate());
  return years - (isToCome ? 1 : 0);
};
const aged = [...document.querySelectorAll("[data-ages]")];
const suit = () => {
  for (const block of aged) {
    const [from, to] = block.dataset.ages.split(" ").map(Number), day = block.dataset.born || birthDate();
    const years = day ? yearsSince(day) : NaN;
    block.hidden = !(years >= from && years <= to);
  }
};
document.addEventListener("input", suit); document.addEventListener("change", suit); suit();

// A signature: drawn with finger, pen or mouse; sent as a picture
const box = document.querySelector(".signature");
if (box) {
  const canvas = box.querySelector("canvas"), pen = canvas.getContext("2d"), field = box.querySelector("input");
  let drawing = false;
  const at = (event) => {
    const edge = canvas.getBoundingClientRect();
    return [(event.clientX - edge.left) * canvas.width / edge.width, (event.clientY - edge.top) * canvas.height / edge.height];
  };
  const clear = () => { pen.clearRect(0, 0, canvas.width, canvas.height); field.value = ""; };
  canvas.addEventListener("pointerdown", (event) => {
    drawing = true;
    canvas.setPointerCapture(event.pointerId);
    pen.lineWidth = 3; pen.lineCap = pen.lineJoin = "round"; pen.strokeStyle = "#14324a";
    pen.beginPath(); pen.moveTo(...at(event));
    event.preventDefault();
  });
  canvas.addEventListener("pointermove", (event) => { if (drawing) { pen.lineTo(...at(event)); pen.stroke(); } });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => {
    if (drawing) field.value = canvas.toDataURL("image/png");
    drawing = false;
  });
  box.querySelector("button").addEventListener("click", clear);
}
