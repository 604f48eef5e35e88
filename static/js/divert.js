// Programmes near here that fit the person's age; where none does, the nearest that fit. The phone's position chooses a district here,
// on the phone: it is not sent. Without a network the form waits in the page, and sends itself.
"use strict";
{
  const near = document.getElementById("near"), button = document.getElementById("position"), says = document.getElementById("position-says");
  const cards = [...document.querySelectorAll(".pick-card")], none = document.getElementById("none-fits");
  document.querySelector(".near").hidden = false;
  const MOST_NEAREST = 3;

  const places = new Map([...near.options].filter((option) => option.dataset.at)
    .map((option) => [option.value, option.dataset.at.split(" ").map(Number)]));
  const away = ([latitude, longitude], [latitude2, longitude2]) =>
    Math.hypot(latitude - latitude2, (longitude - longitude2) * Math.cos(latitude2 * Math.PI / 180));
  const districtsOf = (card) => card.dataset.districts.split(" ").filter(Boolean);
  const distance = (card) => {
    const here = places.get(near.value);
    const known = districtsOf(card).map((district) => places.get(district)).filter(Boolean);
    return here && known.length ? Math.min(...known.map((place) => away(place, here))) : Infinity;
  };
  const fitsAge = (card) => {
    const day = birthDate(), { from, to } = card.dataset;  // birthDate and yearsSince of refer.js
    const years = day ? yearsSince(day) : null;
    return years === null || ((!from || years >= Number(from)) && (!to || years <= Number(to)));
  };
  const arrange = () => {
    const around = near.value ? near.selectedOptions[0].dataset.around.split(" ") : null;
    const isHere = (card) => !around || !districtsOf(card).length || districtsOf(card).some((district) => around.includes(district));
    const fitting = cards.filter(fitsAge);
    let shown = fitting.filter(isHere);
    none.hidden = shown.length > 0 || !cards.length;
    if (!shown.length) shown = fitting.sort((one, other) => distance(one) - distance(other)).slice(0, MOST_NEAREST);
    for (const card of cards) {
      // What was chosen stays, wherever it is.
      card.hidden = !shown.includes(card) && !card.querySelector("input").checked;
      card.style.order = none.hidden ? "" : shown.indexOf(card);
    }
  };
  near.addEventListener("change", arrange);
  document.addEventListener("input", arrange);
  document.addEventListener("change", arrange);
  arrange();

  button.addEventListener("click", () => {
    const failed = () => { says.textContent = button.dataset.failed; };
    if (!navigator.geolocation) return failed();
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      if (!places.size) return failed();
      const from = (value) => away(places.get(value), [coords.latitude, coords.longitude]);
      near.value = [...places.keys()].reduce((best, value) => from(value) < from(best) ? value : best);
      says.textContent = near.selectedOptions[0].textContent;
      arrange();
    }, failed, { timeout: 8000, maximumAge: 60000 });
  });
}

// Sent only once the portal answers: what waits stays in the page, and nowhere else on the phone.
{
  const form = document.querySelector("form[data-waits]"), notice = document.getElementById("waits");
  const SECONDS = 5;
  let timer = 0;
  const isThere = () => fetch(`${document.querySelector("link[rel=icon]").href}?${Date.now()}`,
    { cache: "no-store", signal: AbortSignal.timeout(SECONDS * 1000) }).then((answer) => answer.ok, () => false);
  const attempt = async () => {
    clearTimeout(timer);
    if (await isThere()) { form.dataset.isThere = "yes"; form.requestSubmit(); return; }
    notice.hidden = false;
    timer = setTimeout(attempt, SECONDS * 1000);
  };
  form.addEventListener("submit", (event) => {
    if (form.dataset.isThere) { delete form.dataset.isThere; return; }
    event.preventDefault();
    event.stopPropagation();
    attempt();
  });
  addEventListener("online", () => { if (!notice.hidden) attempt(); });
}
