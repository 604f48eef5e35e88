// Programmes near here that fit the person's age. The phone's position chooses a district here, on the phone: it is not sent.
"use strict";
{
  const near = document.getElementById("near"), button = document.getElementById("position"), says = document.getElementById("position-says");
  const cards = [...document.querySelectorAll(".pick-card")];
  document.querySelector(".near").hidden = false;

  const age = () => {
    const day = birthDate();  // of refer.js
    if (!day) return null;
    const today = new Date(), born = new Date(day);
    const years = today.getFullYear() - born.getFullYear();
    return years - (today.getMonth() < born.getMonth() || (today.getMonth() === born.getMonth() && today.getDate() < born.getDate()) ? 1 : 0);
  };
  const arrange = () => {
    const years = age();
    let shown = 0;
    for (const card of cards) {
      const districts = card.dataset.districts.split(" ").filter(Boolean), { from, to } = card.dataset;
      const isNear = !near.value || !districts.length || districts.includes(near.value);
      const fits = years === null || ((!from || years >= Number(from)) && (!to || years <= Number(to)));
      card.hidden = !(isNear && fits) && !card.querySelector("input").checked;  // what was chosen stays
      shown += !card.hidden;
    }
    document.getElementById("none-fits").hidden = shown > 0 || !cards.length;
  };
  near.addEventListener("change", arrange);
  document.addEventListener("input", arrange);
  arrange();

  button.addEventListener("click", () => {
    const failed = () => { says.textContent = button.dataset.failed; };
    if (!navigator.geolocation) return failed();
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      const away = (option) => {
        const [latitude, longitude] = option.dataset.at.split(" ").map(Number);
        return Math.hypot(latitude - coords.latitude, (longitude - coords.longitude) * Math.cos(latitude * Math.PI / 180));
      };
      const known = [...near.options].filter((option) => option.dataset.at);
      if (!known.length) return failed();
      const nearest = known.reduce((best, option) => away(option) < away(best) ? option : best);
      near.value = nearest.value;
      says.textContent = nearest.textContent;
      arrange();
    }, failed, { timeout: 8000, maximumAge: 60000 });
  });
}
