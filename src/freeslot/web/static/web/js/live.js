// Keeps what was sent where up to date: fetches the same page and takes over the rows that changed.
const FIRST = 2000;
const SLOWEST = 60000;
const ROUNDS = 40;

const takeOver = (old, fresh) => {
  const rows = [...fresh.children];
  rows.forEach((row, index) => {
    const present = old.children[index];
    if (!present) old.append(row.cloneNode(true));
    else if (!present.isEqualNode(row)) present.replaceWith(row.cloneNode(true));
  });
  while (old.children.length > rows.length) old.lastElementChild.remove();
  if (!("live" in fresh.dataset)) delete old.dataset.live;
};

const refresh = async () => {
  const answer = await fetch(location.href, { credentials: "same-origin", headers: { "X-Live": "1" } });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.querySelectorAll("[data-live][id]").forEach((old) => {
    const fresh = page.getElementById(old.id);
    if (fresh) takeOver(old, fresh);
  });
};

const wait = (delay, round) => {
  if (round > ROUNDS || !document.querySelector("[data-live][id]")) return;
  setTimeout(async () => {
    if (!document.hidden) await refresh().catch(() => {});
    wait(Math.min(delay * 1.4, SLOWEST), round + 1);
  }, delay);
};

wait(FIRST, 0);
