// <form data-autosave="/address"> posts itself there a moment after each change, without files.
// <p class="dads-autosave" data-saving data-saved data-failed role="status"> says what happens.
// When the service is busy or out of reach it tries again until it has been saved.
const WAIT = 800;
const RETRY = 10; // seconds
for (const form of document.querySelectorAll("form[data-autosave]")) {
  const status = form.querySelector(".dads-autosave") ?? document.querySelector(".dads-autosave");
  let timer;
  let running;
  const show = (state) => {
    form.dataset.saveState = state;
    if (!status) return;
    status.dataset.state = state;
    status.textContent = status.dataset[state] ?? "";
  };
  const again = (seconds) => {
    clearTimeout(timer);
    timer = setTimeout(save, seconds * 1000);
  };
  const save = async () => {
    running?.abort();
    running = new AbortController();
    show("saving");
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === "string") body.append(name, value);
    try {
      const response = await fetch(form.dataset.autosave, {
        method: "POST",
        body,
        headers: { Accept: "application/json" },
        signal: running.signal,
      });
      // A draft may be saved with faults in it (422): they are shown when the page is sent.
      show(response.ok || response.status === 422 ? "saved" : "failed");
      if (response.status === 503) again(Number(response.headers.get("Retry-After")) || RETRY);
    } catch (error) {
      if (error.name === "AbortError") return;
      show("failed");
      again(RETRY);
    }
  };
  const later = (event) => {
    if (event.target.type === "file") return;
    form.dataset.saveState = "changed";
    clearTimeout(timer);
    timer = setTimeout(save, WAIT);
  };
  form.addEventListener("input", later);
  form.addEventListener("change", later);
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    running?.abort();
  });
}
