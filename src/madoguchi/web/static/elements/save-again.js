// What htmx could not save because the service was busy or out of reach is sent again until it is.
// What was typed stays where it is (htmx-config: noSwap 5xx); #saved says that it is not saved yet.
const RETRY = 10; // seconds
const failed = ({ detail: { ctx } }) => {
  const status = ctx.response?.status;
  if (ctx.request?.method?.toUpperCase() !== "POST" || (status && status < 500)) return;
  const said = ctx.sourceElement.querySelector("[data-failed]");
  if (said) said.textContent = said.dataset.failed;
  const seconds = Number(ctx.response?.headers.get("Retry-After")) || RETRY;
  setTimeout(() => ctx.sourceElement.isConnected && ctx.sourceElement.dispatchEvent(new Event("change")), seconds * 1000);
};
document.addEventListener("htmx:response:error", failed);
document.addEventListener("htmx:error", failed);
