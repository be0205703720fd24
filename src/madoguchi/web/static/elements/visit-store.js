// What an inspector recorded and could not send yet, kept by the browser and encrypted with the person's own key.
// One entry a record: {id, person, visit, kind: "record" | "photo", state: "unsent" | "sent" | "refused", attempted,
// made, received, refusal, sealed}. Only ids, states and times are readable without the key.
const NAME = "madoguchi-visits";
const STORE = "entries";

const wait = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const open = () => {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "id" }).createIndex("person", "person");
  return wait(request);
};

const bytes = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

export class Store {
  static async open(person, key) {
    const [database, secret] = await Promise.all([open(), crypto.subtle.importKey("raw", bytes(key), "AES-GCM", false, ["encrypt", "decrypt"])]);
    navigator.storage?.persist?.().catch(() => {});
    const store = new Store(database, person, secret);
    await store.forgetSent();
    return store;
  }
  constructor(database, person, secret) {
    Object.assign(this, { database, person, secret });
  }

  // `content`: for a record {key, value, replaces}; for a photo {key, name, blob}.
  async put(entry, content) {
    const { blob, ...plain } = content;
    const sealed = await this.seal(new TextEncoder().encode(JSON.stringify(plain)));
    const picture = blob ? { ...(await this.seal(await blob.arrayBuffer())), type: blob.type } : null;
    await this.write({ ...entry, person: this.person, sealed, picture });
  }
  // Changes the readable part of an entry; the sealed part stays.
  async mark(id, change) {
    const entry = await wait(this.store("readonly").get(id));
    if (entry) await this.write({ ...entry, ...change });
  }
  async remove(id) {
    await wait(this.store("readwrite").delete(id));
  }
  // Everything of this person, oldest first; `content` is opened, photos only as `blob()`.
  async all(visit) {
    const entries = await wait(this.store("readonly").index("person").getAll(this.person));
    const mine = entries.filter((entry) => !visit || entry.visit === visit).sort((a, b) => (a.made < b.made ? -1 : 1));
    const opened = await Promise.all(mine.map((entry) => this.opened(entry)));
    return opened.filter(Boolean);
  }
  async opened(entry) {
    try {
      const content = JSON.parse(new TextDecoder().decode(await this.unseal(entry.sealed)));
      const blob = async () => new Blob([await this.unseal(entry.picture)], { type: entry.picture.type });
      return { ...entry, content, blob };
    } catch {
      return null; // another key: kept, not ours to read
    }
  }
  // What was sent is on the server; of others nothing but the unsent stays.
  async forgetSent() {
    const entries = await wait(this.store("readonly").getAll());
    const day = new Date(Date.now() - 86_400_000).toISOString();
    for (const entry of entries) if (entry.state === "sent" && (entry.person !== this.person || entry.made < day)) await this.remove(entry.id);
  }
  async write(entry) {
    await wait(this.store("readwrite").put(entry));
  }
  store(mode) {
    return this.database.transaction(STORE, mode).objectStore(STORE);
  }
  async seal(data) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, this.secret, data) };
  }
  unseal({ iv, data }) {
    return crypto.subtle.decrypt({ name: "AES-GCM", iv }, this.secret, data);
  }
}
