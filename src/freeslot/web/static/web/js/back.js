// Back to a page the browser had kept whole: it may show a state that is over, so it is fetched anew.
// A page with a form to fill in stays, since what was typed in it would be lost; its press is judged by the server.
addEventListener("pageshow", (event) => {
  const shows = document.querySelector("main [data-status]");
  if (event.persisted && shows && !document.querySelector("main textarea")) location.replace(location.pathname + location.search);
});
