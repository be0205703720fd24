// <form data-confirm-leave>: the browser asks before leaving while something typed is neither saved nor sent.
for (const form of document.querySelectorAll("form[data-confirm-leave]")) {
  let touched = false;
  const saved = () => form.dataset.saveState === "saved";
  form.addEventListener("input", () => (touched = true));
  form.addEventListener("submit", () => (touched = false));
  window.addEventListener("beforeunload", (event) => {
    if (touched && !saved()) event.preventDefault();
  });
}
