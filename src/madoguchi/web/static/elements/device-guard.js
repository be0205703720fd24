// What the phone keeps of a visit belongs to one person: when another signs in, or they sign out, their pages go.
// Unsent records stay, encrypted: only their writer's pages bring the key (see visit-store.js). A session that ran out
// is no signing out: whoever stands on a roof without network must be able to go on.
const PAGES = "madoguchi-visit:";
const person = document.querySelector('meta[name="madoguchi-person"]')?.content;
const forget = async (keep) => {
  if (!globalThis.caches) return;
  for (const name of await caches.keys()) if (name.startsWith(PAGES) && name !== PAGES + keep) await caches.delete(name);
};
if (person) forget(person).catch(() => {});
for (const form of document.querySelectorAll('form[action="/sign-out"]')) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    forget("").finally(() => form.submit());
  });
}
