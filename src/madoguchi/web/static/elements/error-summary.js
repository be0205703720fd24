// After a failed post the focus goes to the error summary; its links go to the control itself.
const summary = document.querySelector("[data-error-summary]");
summary?.focus();
summary?.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#']");
  const control = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (!control) return;
  event.preventDefault();
  const top = control.closest(".dads-form-control") ?? control;
  top.scrollIntoView();
  control.focus({ preventScroll: true });
});
