// A visit on the phone: what is typed is kept at once on the device and sent as soon as there is a network.
// The pages work without this; with it they also work without network. Texts stand in the HTML.
import { preview, smaller } from "./visit-photo.js";
import { Store } from "./visit-store.js";
import { sync } from "./visit-sync.js";

const here = document.querySelector("[data-visit], [data-visits]");
const bar = document.querySelector("[data-visit-sync]");
const able = globalThis.isSecureContext && navigator.serviceWorker && globalThis.indexedDB && crypto.subtle && navigator.locks;
const visit = here?.dataset.visit;
const RETRY = 20_000;
let store;
let entries = [];

const newId = () => `d-${crypto.randomUUID()}`;
const now = () => new Date().toISOString();
const containers = (key) => [...document.querySelectorAll("[data-key]")].filter((it) => it.dataset.key === key);
// What is newer than this page: unsent, refused, or sent after the page was made.
const isNews = (entry) => entry.state !== "sent" || entry.received > here.dataset.rendered;
const newest = (key) => entries.filter((entry) => entry.kind === "record" && entry.content.key === key && isNews(entry)).at(-1);

// --- keeping -----------------------------------------------------------------------------------------------------

// What is typed before the store is open waits for it; false where the browser gives none.
let opened;
const opening = new Promise((done) => (opened = done));
// One after the other: two changes of one answer must not overtake each other.
let writing = opening;
const record = (key, value) => (writing = writing.then(async () => (await opening) && write(key, value)));
const write = async (key, value) => {
  const last = newest(key);
  if (last && JSON.stringify(last.content.value) === JSON.stringify(value) && last.state !== "refused") return;
  const heads = containers(key)[0]?.dataset.heads?.split(" ").filter(Boolean) ?? [];
  const change = last && last.state === "unsent" && !last.attempted;
  const replaces = change ? last.content.replaces : last ? [...heads, last.id] : heads;
  const entry = { id: change ? last.id : newId(), visit, kind: "record", state: "unsent", attempted: false, made: now() };
  if (last?.state === "refused") await store.remove(last.id);
  await store.put(entry, { key, value, replaces });
  await refresh();
};

const keepPhotos = async (input) => {
  if (!(await opening)) return;
  for (const file of input.files) {
    const { blob, name } = await smaller(file);
    await store.put({ id: newId(), visit, kind: "photo", state: "unsent", attempted: false, made: now() }, { key: input.dataset.photo, name, blob });
  }
  input.value = "";
  await refresh();
  send();
};

const refresh = async () => {
  entries = await store.all(visit);
  await show();
};

// --- showing -----------------------------------------------------------------------------------------------------

const show = async () => {
  for (const container of document.querySelectorAll("[data-key]")) showRecord(container, newest(container.dataset.key));
  showSteps();
  showMissing();
  showFindings();
  await showPhotos();
  await showState();
};

const showRecord = (container, entry) => {
  container.querySelector(".p-visit-unsent[data-record]")?.remove();
  if (!entry) return;
  if (entry.content.key === "start") container.querySelector("form")?.setAttribute("hidden", "");
  const { value } = entry.content;
  for (const control of container.querySelectorAll("input:not([type=file], [type=hidden]), textarea, select")) {
    if (control === document.activeElement) continue;
    const given = value?.[control.name.startsWith("a.") ? "answer" : control.name.startsWith("n.") ? "note" : control.name];
    if (given === undefined) continue;
    if (control.type === "radio") control.checked = control.value === given;
    else if (control.type === "checkbox") control.checked = given === true;
    else control.value = given;
  }
  showVerdict(container);
  if (entry.state === "sent") return;
  const note = document.querySelector("template[data-unsent-note]").content.firstElementChild.cloneNode(true);
  note.dataset.record = "";
  if (entry.state === "refused") {
    note.textContent = entry.refusal?.[document.documentElement.lang] ?? bar.dataset.refused.replace("{count}", "1");
    note.classList.add("p-visit-refusal");
  }
  (container.querySelector(".p-visit-item__text")?.closest("fieldset") ?? container).append(note);
};

const showVerdict = (container) => {
  const place = container.querySelector("[data-verdict]");
  if (!place) return;
  const text = container.querySelector("input[inputmode]").value.normalize("NFKC").replaceAll(",", "").trim();
  const number = text === "" ? NaN : Number(text);
  const { min, max } = container.dataset;
  const known = Number.isFinite(number) && (min !== undefined || max !== undefined);
  const outside = known && ((min !== undefined && number < Number(min)) || (max !== undefined && number > Number(max)));
  place.dataset.verdict = known ? (outside ? "ng" : "ok") : "";
  place.textContent = known ? (outside ? place.dataset.outside : place.dataset.inside) : "";
};

const answered = (item) => {
  const entry = newest(`item:${item}`);
  const photographed = entries.some((one) => one.kind === "photo" && one.content.key === `item:${item}`);
  return entry ? Boolean(entry.content.value.answer) : photographed ? true : null;
};

const showSteps = () => {
  for (const step of document.querySelectorAll("[data-counted]")) {
    const counted = step.dataset.counted.split(" ").filter(Boolean);
    const done = new Set(step.dataset.done.split(" ").filter(Boolean));
    const count = counted.filter((item) => answered(item) ?? done.has(item)).length;
    step.querySelector("[data-count]").textContent = String(count);
    step.querySelector("progress").value = count;
    step.dataset.complete = String(count === counted.length);
  }
};

const showMissing = () => {
  const list = document.querySelector("[data-missing]");
  if (!list) return;
  for (const line of list.children) line.hidden = answered(line.dataset.item) === true;
  document.querySelector("[data-missing-none]").hidden = [...list.children].some((line) => !line.hidden);
};

const showFindings = () => {
  const list = document.querySelector("[data-findings-list]");
  const template = document.querySelector("template[data-finding-here]");
  if (!list || !template) return;
  for (const old of list.querySelectorAll("[data-here]")) old.remove();
  const keys = new Set(entries.filter((it) => it.kind === "record" && it.content.key.startsWith("finding:") && isNews(it)).map((it) => it.content.key));
  for (const key of keys) {
    const { value } = newest(key).content;
    const shown = [...list.children].find((line) => line.dataset.key === key);
    if (shown) shown.hidden = true;
    if (!value) continue;
    const line = template.content.firstElementChild.cloneNode(true);
    line.dataset.here = key;
    line.querySelector("[data-severity]").textContent = label(`[name="severity"][value="${CSS.escape(value.severity)}"]`) || value.severity;
    line.querySelector("[data-finding-text]").textContent = value.text;
    line.querySelector("[data-law]").textContent = value.law;
    line.querySelector("[data-change]")?.setAttribute("href", `?name=${key.slice("finding:".length)}#write`);
    list.append(line);
  }
  const none = document.querySelector("[data-findings-none]");
  if (none) none.hidden = list.querySelectorAll("li:not([hidden])").length > 0;
};

const label = (selector) => {
  const control = document.querySelector(selector);
  return control ? document.querySelector(`label[for="${control.id}"]`)?.textContent.trim() : "";
};

const showPhotos = async () => {
  for (const list of document.querySelectorAll("[data-photos]")) {
    const photos = entries.filter((entry) => entry.kind === "photo" && entry.content.key === list.dataset.photos);
    for (const old of list.querySelectorAll("[data-photo-id]")) if (!photos.some((photo) => photo.id === old.dataset.photoId)) old.remove();
    for (const photo of photos) {
      let line = [...list.children].find((it) => it.dataset.photoId === photo.id);
      if (!line) {
        line = document.querySelector("template[data-unsent-photo]").content.firstElementChild.cloneNode(true);
        line.dataset.photoId = photo.id;
        line.querySelector("[data-discard]").addEventListener("click", async () => {
          await store.remove(photo.id);
          await refresh();
        });
        list.append(line); // before anything is awaited: who shows at the same moment must find it
        line.querySelector("img").src = (await preview(await photo.blob())) || "data:,";
      }
      const refusal = line.querySelector("[data-refusal]");
      refusal.hidden = photo.state !== "refused";
      refusal.textContent = photo.refusal?.[document.documentElement.lang] ?? "";
    }
  }
};

let outcome = "sent";
const showState = async () => {
  const all = await store.all();
  const unsent = all.filter((entry) => entry.state === "unsent").length;
  const refused = all.filter((entry) => entry.state === "refused").length;
  const state = refused ? "refused" : unsent && outcome === "signin" ? "signin" : !navigator.onLine || outcome === "offline" ? "offline" : unsent ? (sending ? "sending" : "unsent") : "online";
  const count = state === "refused" ? refused : unsent;
  const words = [bar.dataset[state].replace("{count}", String(count))];
  if (unsent && state !== "unsent") words.push(bar.dataset.unsent.replace("{count}", String(unsent)));
  bar.hidden = false;
  bar.dataset.now = state;
  bar.querySelector("[data-state]").textContent = words.join("　");
  bar.querySelector("[data-send]").hidden = !unsent || sending || state === "signin";
  bar.querySelector("[data-sign-in]").hidden = state !== "signin";
};

// --- sending -----------------------------------------------------------------------------------------------------

let sending = null;
const send = () => {
  sending ??= (async () => {
    await showState();
    const done = await sync(store);
    outcome = done.outcome;
    sending = null;
    await refresh();
    if (done.changed) keepPages();
    return done;
  })();
  return sending;
};

const keepPages = async () => {
  const registration = await navigator.serviceWorker.ready;
  const { visit: id, list, overview, findings, finish, conflicts, sections = "" } = here.dataset;
  const keep = id ? [list, overview, findings, finish, conflicts, ...sections.split(" ").filter(Boolean)] : [list];
  const assets = performance.getEntriesByType("resource").map((entry) => entry.name).filter((name) => name.includes("/static/"));
  if (navigator.onLine) registration.active?.postMessage({ keep, assets });
};

// --- forms -------------------------------------------------------------------------------------------------------

const valueOf = (form) => {
  const data = Object.fromEntries([...new FormData(form)].filter(([, value]) => typeof value === "string").map(([name, value]) => [name, value.trim()]));
  if (form.dataset.visitForm === "finding") return { severity: data.severity ?? "", text: data.text, law: data.law, item: data.item };
  return { name: data.name, title: data.title, comment: data.comment, absent: data.absent === "true" };
};

const keepItem = (container) => {
  const data = new FormData(container.closest("form"));
  const item = container.dataset.key.slice("item:".length);
  return record(container.dataset.key, { answer: (data.get(`a.${item}`) ?? "").trim(), note: (data.get(`n.${item}`) ?? "").trim() });
};

const onChange = async (event) => {
  if (event.target.dataset.photo) return keepPhotos(event.target);
  const container = event.target.closest('[data-key^="item:"]');
  if (!container) return;
  const kept = keepItem(container); // as it is now: opening the store shows what was kept before
  if (!(await opening)) return;
  await kept;
  await send();
};

const onSubmit = async (event) => {
  const form = event.target.closest("[data-visit-form]");
  if (!form) {
    if (!navigator.onLine) event.preventDefault(); // what only the server can do waits for the network
    return;
  }
  event.preventDefault();
  if (!(await opening)) return form.requestSubmit(event.submitter); // nobody listens any more: as without scripts
  const kind = form.dataset.visitForm;
  if (kind === "section") for (const container of form.querySelectorAll('[data-key^="item:"]')) await keepTouched(container);
  else if (kind === "start") await record("start", { card_shown: true });
  else if (kind === "finding") {
    const value = event.submitter?.name === "remove" ? null : valueOf(form);
    if (value && (!value.severity || !value.text)) return form.querySelector(value.severity ? "[name=text]" : "[name=severity]").focus();
    await record(`finding:${form.elements.namedItem("name").value}`, value);
  } else if (kind === "signature") {
    const value = valueOf(form);
    if (!value.name && !value.absent) return form.querySelector("[name=name]").focus();
    await record("signature", value);
  }
  await writing;
  // Wait a moment for the network, so that the next page already shows it; without one go on at once.
  if (navigator.onLine) await Promise.race([send(), new Promise((done) => setTimeout(done, 3000))]);
  location.assign(form.dataset.next ?? here.dataset.overview);
};

// A text still in the focus has not sent its change event.
const keepTouched = (container) => (container.contains(document.activeElement) && document.activeElement.matches("input:not([type=radio], [type=file]), textarea") ? keepItem(container) : undefined);

// The page of findings may be an older copy, kept for another finding or for none: the address says which one is meant.
const prefill = () => {
  const place = document.querySelector("[data-write]");
  if (!place) return;
  const asked = new URLSearchParams(location.search);
  const known = containers(`finding:${asked.get("name")}`).find((it) => it !== place);
  if (place.dataset.key !== `finding:${asked.get("name")}`) {
    const name = asked.get("name") ?? crypto.randomUUID();
    const form = place.querySelector("form");
    for (const [old, key] of [[place.dataset.key, `finding:${name}`]])
      for (const it of place.querySelectorAll("[data-photo], [data-photos]")) for (const part of ["photo", "photos"]) if (it.dataset[part] === old) it.dataset[part] = key;
    place.dataset.key = `finding:${name}`;
    place.dataset.heads = known?.dataset.heads ?? "";
    form.elements.namedItem("name").value = name;
    fill(form, known ? JSON.parse(known.dataset.value) : {});
  }
  const item = asked.get("item");
  const choice = place.querySelector('select[name="item"]');
  if (!item || choice.value) return;
  choice.value = item;
  const law = place.querySelector('[name="law"]');
  if (!law.value) law.value = choice.selectedOptions[0]?.dataset.law ?? "";
};

const fill = (form, value) => {
  for (const control of form.querySelectorAll("[name=severity], [name=text], [name=item], [name=law]")) {
    const given = value[control.name] ?? "";
    if (control.type === "radio") control.checked = control.value === given;
    else control.value = given;
  }
};

// From the first moment on: nobody waits for the store before the first tap.
const listen = (signal) => {
  prefill();
  document.addEventListener("change", (event) => void onChange(event), { signal });
  document.addEventListener("input", (event) => event.target.closest("[data-min], [data-max]") && showVerdict(event.target.closest("[data-key]")), { signal });
  document.addEventListener("submit", (event) => void onSubmit(event), { capture: true, signal });
};

const begin = async () => {
  document.documentElement.classList.add("p-visit-alive");
  const listening = new AbortController();
  if (visit) listen(listening.signal);
  try {
    store = await Store.open(here.dataset.person, here.dataset.key);
    await refresh();
  } catch (fault) {
    listening.abort();
    opened(false);
    throw fault;
  }
  opened(true);
  await navigator.serviceWorker.register(here.dataset.worker, { scope: here.dataset.list });
  navigator.serviceWorker.addEventListener("message", ({ data }) => {
    const place = bar.querySelector("[data-kept-here]");
    place.hidden = data.failed > 0;
    place.textContent = bar.dataset.kept;
  });
  bar.querySelector("[data-send]").addEventListener("click", () => send());
  window.addEventListener("online", () => send());
  window.addEventListener("offline", () => showState());
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && send());
  setInterval(() => entries.length && navigator.onLine && send(), RETRY);
  await send();
  keepPages();
};

if (here && able) begin();
