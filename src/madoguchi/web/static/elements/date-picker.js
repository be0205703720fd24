// <madoguchi-date data-choose="…" data-label="…">: adds a calendar button to the text box inside.
// The text box stays what is sent: it also takes 令和8年4月1日.
class MadoguchiDate extends HTMLElement {
  connectedCallback() {
    this.enhance();
    // A form that updates itself from the server takes away what the server did not send.
    this.watch ??= new MutationObserver(() => this.enhance());
    this.watch.observe(this, { childList: true, subtree: true });
  }
  disconnectedCallback() {
    this.watch?.disconnect();
  }
  enhance() {
    const box = this.querySelector("input");
    const native = document.createElement("input");
    if (!box || box.readOnly || this.querySelector(".dads-date-picker") || !native.showPicker) return;
    native.type = "date";
    native.tabIndex = -1;
    native.setAttribute("aria-hidden", "true");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "dads-button";
    button.dataset.style = "outline";
    button.dataset.size = "s";
    button.textContent = this.dataset.choose;
    button.setAttribute("aria-label", `${this.dataset.label}: ${this.dataset.choose}`);
    button.addEventListener("click", () => {
      if (/^\d{4}-\d{2}-\d{2}$/.test(box.value)) native.value = box.value;
      native.showPicker();
    });
    native.addEventListener("change", () => {
      box.value = native.value;
      box.dispatchEvent(new Event("input", { bubbles: true }));
      box.dispatchEvent(new Event("change", { bubbles: true }));
      button.focus();
    });
    const holder = document.createElement("span");
    holder.className = "dads-date-picker";
    holder.append(button, native);
    box.closest(".dads-input-text").append(holder);
  }
}
customElements.define("madoguchi-date", MadoguchiDate);
