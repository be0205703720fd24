// <div data-row-keys> around a table: j and k move through the rows, o or Enter opens, ? shows the help.
// Single keys would trouble people who speak to their computer (WCAG 2.1.4): they work only while the focus is
// inside the table or on the page itself, and the box [data-row-keys-off] turns them off.
const area = document.querySelector("[data-row-keys]");
if (area) {
  const rows = () => [...area.querySelectorAll("tr[data-row]")];
  const off = () => document.querySelector("[data-row-keys-off]")?.checked;
  let current = -1;
  const go = (step) => {
    const all = rows();
    if (!all.length) return;
    current = Math.max(0, Math.min(all.length - 1, current + step));
    for (const row of all) row.removeAttribute("data-current");
    all[current].setAttribute("data-current", "");
    all[current].querySelector("a")?.focus();
  };
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea, [contenteditable]");
    const inside = area.contains(event.target) || event.target === document.body;
    if (typing || !inside || off() || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "j") go(1);
    else if (event.key === "k") go(-1);
    else if (event.key === "o") rows()[current]?.querySelector("a")?.click();
    else if (event.key === "?") document.querySelector("[data-row-keys-help]")?.toggleAttribute("open");
    else return;
    event.preventDefault();
  });
}
