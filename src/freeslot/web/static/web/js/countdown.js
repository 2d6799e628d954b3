// Counts down to an instant that the server named, by the server's clock; past it, says so instead.
const language = document.documentElement.dataset.locale || document.documentElement.lang;
const loadedAt = Date.now();

const inWords = (milliseconds, last) => {
  const minutes = Math.floor(milliseconds / 60000);
  const parts = [[Math.floor(minutes / 1440), "day"], [Math.floor(minutes / 60) % 24, "hour"], [minutes % 60, "minute"]];
  const shown = (parts[0][0] ? parts.slice(0, 2) : parts.slice(1)).filter(([count]) => count);
  const word = ([count, unit]) => new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(count);
  return shown.map(word).join(" ") || last;
};

const start = (panel) => {
  const ends = Date.parse(panel.dataset.ends);
  const ahead = Date.parse(panel.dataset.now) - loadedAt;
  const words = panel.querySelector("[data-left]");
  const tick = () => {
    const left = ends - (Date.now() + ahead);
    if (left < 0) {
      panel.classList.replace("panel-free", "panel-late");
      panel.querySelectorAll("[data-while]").forEach((part) => { part.hidden = true; });
      panel.querySelectorAll("[data-then]").forEach((part) => { part.hidden = false; });
      return;
    }
    if (words) words.textContent = (words.dataset.frame || "{left}").replace("{left}", inWords(left, words.dataset.last));
    setTimeout(tick, Math.min(left + 50, (left % 60000) + 50, 60000));
  };
  tick();
};

document.querySelectorAll("[data-ends][data-now]").forEach(start);
addEventListener("freeslot:shown", ({ detail }) => { if (detail.dataset.ends) start(detail); });
