// A second press of the same form does nothing while the first is on its way; coming back makes it live again.
const PATIENCE = 20000;
const buttons = (form) => form.querySelectorAll("button:not([type=button])");

const rest = (form) => {
  delete form.dataset.pressed;
  buttons(form).forEach((button) => button.removeAttribute("aria-disabled"));
};

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if ("pressed" in form.dataset) {
    event.preventDefault();
    return;
  }
  form.dataset.pressed = "";
  buttons(form).forEach((button) => button.setAttribute("aria-disabled", "true"));
  setTimeout(() => rest(form), PATIENCE);
});

addEventListener("pageshow", () => document.querySelectorAll("form[data-pressed]").forEach(rest));
