// A visit by video: shows its time by the reader's own clock too, as the server writes it for their zone.
const shown = document.getElementById("own-clock");

const show = async (zone) => {
  const address = new URL(location.href);
  address.searchParams.set("zone", zone);
  const answer = await fetch(address, { credentials: "same-origin" });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("own-clock");
  if (fresh) shown.replaceWith(fresh);
};

if (shown && !new URLSearchParams(location.search).has("zone")) {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  if (timeZone && timeZone !== shown.dataset.zone) show(timeZone).catch(() => {});
}
