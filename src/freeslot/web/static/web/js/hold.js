// A time that is kept while somebody fills in the form: as they type it is kept on, as often as the rules let it be.
const SHARE = 0.5;
let shownAt = Date.now();
let isAsking = false;

const keepOn = async (form) => {
  const body = new FormData(form);
  body.set("press", "renew");
  const answer = await fetch(form.action, { method: "POST", body, credentials: "same-origin" });
  const old = document.getElementById("hold");
  const fresh = answer.ok && new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("hold");
  if (!fresh || !old) return;
  old.replaceWith(fresh);
  shownAt = Date.now();
  dispatchEvent(new CustomEvent("freeslot:shown", { detail: fresh }));
};

addEventListener("input", async () => {
  const panel = document.getElementById("hold");
  const form = panel && panel.querySelector("form[data-renew]");
  if (!form || isAsking) return;
  const left = Date.parse(panel.dataset.ends) - Date.parse(panel.dataset.now) - (Date.now() - shownAt);
  if (left < 0 || left > Number(form.dataset.renew) * 1000 * SHARE) return;
  isAsking = true;
  await keepOn(form).catch(() => {});
  isAsking = false;
});
