// A time that is kept while somebody fills in the form: as they type it is kept on, as often as the rules let it be.
// A page says that it is open and gets a number; closed, it says so, and the time goes back soon. Whoever goes on from it
// does not close it, nor does the page that sends them to their mail for a code.
const SHARE = 0.5;
let shownAt = Date.now();
let isAsking = false;
let isGoingOn = false;

const said = (hold, press) => {
  const body = new FormData();
  body.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
  body.set("press", press);
  body.set("step", hold.dataset.step);
  body.set("page", hold.dataset.page || "");
  return body;
};

const send = async (hold, press) => {
  const body = said(hold, press);
  const answer = await fetch(hold.dataset.address, { method: "POST", body, credentials: "same-origin" });
  const old = document.getElementById("hold");
  const fresh = answer.ok && new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("hold");
  if (!fresh || !old) return;
  shownAt = Date.now();
  if (fresh.dataset.ends === old.dataset.ends) {
    Object.assign(old.dataset, fresh.dataset);
    return;
  }
  old.replaceWith(fresh);
  dispatchEvent(new CustomEvent("freeslot:shown", { detail: fresh }));
};

addEventListener("input", async () => {
  const hold = document.getElementById("hold");
  const form = hold && hold.querySelector("form[data-renew]");
  if (!form || isAsking) return;
  const left = Date.parse(hold.dataset.ends) - Date.parse(hold.dataset.now) - (Date.now() - shownAt);
  if (left < 0 || left > Number(form.dataset.renew) * 1000 * SHARE) return;
  isAsking = true;
  await send(hold, "renew").catch(() => {});
  isAsking = false;
});

const isOpen = () => {
  if (document.hidden) return;
  isGoingOn = false;
  const hold = document.getElementById("hold");
  if (hold && hold.dataset.address) send(hold, "here").catch(() => {});
};

addEventListener("pageshow", isOpen);
document.addEventListener("visibilitychange", isOpen);
addEventListener("submit", () => { isGoingOn = true; });
addEventListener("click", ({ target }) => { if (target.closest("a[href]")) isGoingOn = true; });
addEventListener("pagehide", () => {
  const hold = document.getElementById("hold");
  if (!hold || !hold.dataset.page || isGoingOn || hold.dataset.step === "code") return;
  navigator.sendBeacon(hold.dataset.address, said(hold, "left"));
});
