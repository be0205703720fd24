// <form data-passkey="get|create" data-options="/path">: asks the browser for a passkey and posts its answer in `credential`.
// The section around a form to sign in is hidden until the browser can; what is typed into the address box may offer passkeys too.
const decode = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0)).buffer;
const encode = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");

function options(kind, json) {
  const made = { ...json, challenge: decode(json.challenge) };
  if (kind === "create") {
    made.user = { ...json.user, id: decode(json.user.id) };
    made.excludeCredentials = (json.excludeCredentials ?? []).map((it) => ({ ...it, id: decode(it.id) }));
  }
  return made;
}

function answer(credential) {
  const { response } = credential;
  const parts = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) parts[name] = encode(response[name]);
  }
  if (response.getTransports) parts.transports = response.getTransports();
  return JSON.stringify({
    id: credential.id,
    rawId: encode(credential.rawId),
    type: credential.type,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: parts,
  });
}

let waiting; // the request that only offers passkeys; a browser does one at a time

async function ask(form, mediation) {
  const kind = form.dataset.passkey;
  waiting?.abort();
  const stop = new AbortController();
  if (mediation) waiting = stop;
  const response = await fetch(form.dataset.options, { method: "POST", headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(String(response.status));
  const publicKey = options(kind, await response.json());
  const credential = await navigator.credentials[kind]({ publicKey, signal: stop.signal, ...(mediation && { mediation }) });
  if (!credential) return;
  form.elements.namedItem("credential").value = answer(credential);
  form.submit();
}

for (const form of window.PublicKeyCredential ? document.querySelectorAll("form[data-passkey]") : []) {
  const status = form.querySelector("[data-passkey-status]");
  form.closest("[hidden]")?.removeAttribute("hidden");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    status.textContent = "";
    ask(form).catch(() => {
      status.textContent = form.dataset.failed;
    });
  });
  if (form.dataset.passkey === "get" && (await PublicKeyCredential.isConditionalMediationAvailable?.())) {
    ask(form, "conditional").catch(() => {});
  }
}
