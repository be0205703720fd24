// <fieldset data-postal-code="/api/v1/postal-codes/"> with inputs [data-postal-part=code|prefecture|city|street]:
// when the code is complete, empty parts of the address are filled in. Nothing that was typed is overwritten.
for (const group of document.querySelectorAll("[data-postal-code]")) {
  const part = (name) => group.querySelector(`[data-postal-part="${name}"]`);
  part("code")?.addEventListener("change", async (event) => {
    const digits = event.target.value.normalize("NFKC").replace(/\D/g, "");
    if (digits.length !== 7) return;
    const response = await fetch(group.dataset.postalCode + digits, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!response?.ok) return;
    const found = await response.json();
    for (const name of ["prefecture", "city", "street"]) {
      const control = part(name);
      if (control && !control.value && found[name]) {
        control.value = found[name];
        control.dispatchEvent(new Event("input", { bubbles: true }));
      }
    }
  });
}
