// A second press on a button of a form that is being sent does nothing. The server guards itself; this spares people doubt.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-send-once]") || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "true";
  const button = event.submitter;
  if (button) {
    // aria-disabled, not disabled: a disabled button would not send its own name and value.
    button.setAttribute("aria-disabled", "true");
    if (form.dataset.sending) {
      const status = document.createElement("p");
      status.setAttribute("role", "status");
      status.className = "dads-muted";
      status.textContent = form.dataset.sending;
      button.after(status);
    }
  }
});
// Coming back by the browser's own button, the page must be usable again.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[aria-disabled]")) {
      button.removeAttribute("aria-disabled");
      if (button.nextElementSibling?.matches("[role=status]")) button.nextElementSibling.remove();
    }
  }
});
