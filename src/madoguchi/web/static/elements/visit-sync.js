// Sends what is unsent, records first, in order; one window at a time. The server keeps each id once, so that sending
// again after a lost answer does no harm.
const BATCH = 100;
const PATIENCE = 60_000;

const post = (address, options) => fetch(address, { method: "POST", headers: { Accept: "application/json" }, redirect: "manual", signal: AbortSignal.timeout(PATIENCE), ...options });

// "sent" | "offline" | "signin" | "refused"; `changed` whether anything reached the server.
export const sync = (store) => navigator.locks.request("madoguchi-visit-sync", () => send(store));

const send = async (store) => {
  const waiting = (await store.all()).filter((entry) => entry.state === "unsent");
  let changed = false;
  let outcome = "sent";
  try {
    for (const visit of new Set(waiting.map((entry) => entry.visit))) {
      const own = waiting.filter((entry) => entry.visit === visit);
      const records = own.filter((entry) => entry.kind === "record");
      for (let start = 0; start < records.length; start += BATCH) changed = (await sendRecords(store, visit, records.slice(start, start + BATCH))) || changed;
      for (const photo of own.filter((entry) => entry.kind === "photo")) changed = (await sendPhoto(store, visit, photo)) || changed;
    }
  } catch (stop) {
    outcome = stop instanceof SignIn ? "signin" : "offline";
  }
  return { outcome, changed };
};

class SignIn extends Error {}

const sendRecords = async (store, visit, records) => {
  // From now on the server may know these ids: they are not changed any more, only replaced.
  for (const entry of records) await store.mark(entry.id, { attempted: true });
  const body = JSON.stringify({ records: records.map((entry) => ({ client_id: entry.id, made_at: entry.made, ...entry.content })) });
  const response = await post(`/api/v1/inspections/${visit}/records`, { body, headers: { Accept: "application/json", "Content-Type": "application/json" } });
  if (!(await reached(store, response, records))) return false;
  const answer = await response.json();
  for (const { client_id, status, message } of answer.outcomes)
    await store.mark(client_id, status === "refused" ? { state: "refused", refusal: message } : { state: "sent", received: answer.received_at });
  return true;
};

const sendPhoto = async (store, visit, photo) => {
  await store.mark(photo.id, { attempted: true });
  const body = new FormData();
  body.append("client_id", photo.id);
  body.append("key", photo.content.key);
  body.append("made_at", photo.made);
  body.append("file", await photo.blob(), photo.content.name);
  const response = await post(`/api/v1/inspections/${visit}/photos`, { body });
  if (!(await reached(store, response, [photo]))) return false;
  await store.remove(photo.id);
  return true;
};

// Whether the server took it. No sign-in and faults of the server are tried again later; what it refuses is told.
const reached = async (store, response, entries) => {
  if (response.ok) return true;
  if (response.type === "opaqueredirect" || response.status === 401) throw new SignIn();
  if (response.status >= 500 || response.status === 429) throw new Error(String(response.status));
  const problem = await response.json().catch(() => ({}));
  for (const entry of entries) await store.mark(entry.id, { state: "refused", refusal: problem.message ?? null });
  return false;
};
