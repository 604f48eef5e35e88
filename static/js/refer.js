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

// Guardians: shown for somebody under 18; and what was typed of one stays in sight
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
  const isTyped = [...guardian.querySelectorAll("input, select, textarea")].some((field) => field.value);
  guardian.hidden = !isTyped && !(day && yearsSince(day) < 18);
};

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
if (guardian) { document.addEventListener("input", ask); document.addEventListener("change", ask); ask(); }

// A signature: drawn with finger, pen or mouse on a pad that fills a phone's screen; sent as a picture. Who can't draw consents aloud.
const box = document.querySelector(".signature");
if (box) {
  const [pad, canvas, field, picture] = ["dialog", "canvas", "input", "img"].map((name) => box.querySelector(name));
  const pen = canvas.getContext("2d"), says = box.querySelector("[role=status]"), how = document.querySelector('[name="consent-signed_how"]');
  let drawing = false, isDrawn = false;
  const show = () => { picture.hidden = !field.value; if (field.value) picture.src = field.value; };
  const clear = () => { pen.clearRect(0, 0, canvas.width, canvas.height); isDrawn = false; };
  const open = () => {
    pad.showModal();
    canvas.width = canvas.clientWidth * devicePixelRatio;
    canvas.height = canvas.clientHeight * devicePixelRatio;
    isDrawn = Boolean(field.value);
    says.textContent = "";
    if (!isDrawn) return;
    const kept = new Image();
    kept.onload = () => {
      const scale = Math.min(canvas.width / kept.width, canvas.height / kept.height);
      pen.drawImage(kept, 0, 0, kept.width * scale, kept.height * scale);
    };
    kept.src = field.value;
  };
  const at = (event) => {
    const edge = canvas.getBoundingClientRect();
    return [(event.clientX - edge.left) * canvas.width / edge.width, (event.clientY - edge.top) * canvas.height / edge.height];
  };
  canvas.addEventListener("pointerdown", (event) => {
    drawing = true;
    canvas.setPointerCapture(event.pointerId);
    pen.lineWidth = 3 * devicePixelRatio; pen.lineCap = pen.lineJoin = "round"; pen.strokeStyle = "#14324a";
    pen.beginPath(); pen.moveTo(...at(event));
    event.preventDefault();
  });
  canvas.addEventListener("pointermove", (event) => { if (drawing) { pen.lineTo(...at(event)); pen.stroke(); isDrawn = true; } });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { drawing = false; });
  box.querySelector("[data-sign]").addEventListener("click", open);
  box.querySelector("[data-clear]").addEventListener("click", () => { clear(); says.textContent = ""; });
  for (const button of box.querySelectorAll("[data-done]")) {
    button.addEventListener("click", () => {
      if (!isDrawn) { says.textContent = says.dataset.empty; return; }
      field.value = canvas.toDataURL("image/png");
      show();
      pad.close();
      if ("sends" in button.dataset) box.closest("form").requestSubmit();
    });
  }
  box.querySelector("[data-speak]").addEventListener("click", () => {
    pad.close();
    how.value = "verbal";
    how.dispatchEvent(new Event("change", { bubbles: true }));
    document.querySelector('[name="consent-witness"]').focus();
  });
  show();
}
