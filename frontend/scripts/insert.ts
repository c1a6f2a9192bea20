// Writing into the draft and choosing in the inbox: [data-insert], the list's chosen row, rows on the phone.

/** Put a sentence at the end of a field, on a line of its own, and go there. Twice the same is put once. */
function insert(button: HTMLElement): void {
  const field = document.querySelector(button.dataset["insertInto"] ?? "textarea");
  const text = button.dataset["insert"] ?? "";
  if (!(field instanceof HTMLTextAreaElement)) return;
  if (!field.value.includes(text)) {
    const before = field.value.trimEnd();
    field.value = before ? `${before}\n${text}` : text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  field.focus();
  field.setSelectionRange(field.value.length, field.value.length);
}

function choose(row: HTMLElement): void {
  for (const other of document.querySelectorAll("[data-row]")) {
    other.classList.toggle("sel", other === row);
    if (other === row) other.setAttribute("aria-current", "true");
    else other.removeAttribute("aria-current");
  }
}

/** Where the pane beside the list is not shown, or a new tab is wanted, a row is a plain link. */
function isPlain(row: HTMLElement, event: MouseEvent): boolean {
  const pane = document.querySelector(row.getAttribute("hx-target") ?? "#pane");
  const hidden = !(pane instanceof HTMLElement) || pane.offsetParent === null;
  return hidden || event.ctrlKey || event.metaKey || event.shiftKey;
}

export function startInserts(): void {
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-insert]") : null;
    if (button) insert(button);
  });
  // Captured, so that htmx does not see the click it must leave to the browser.
  document.addEventListener("click", (event) => {
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>("a[data-row][hx-get]") : null;
    if (!row) return;
    if (isPlain(row, event)) event.stopImmediatePropagation();
    else choose(row);
  }, true);
  // Choosing the lane of a note by its key leads straight to the draft.
  document.addEventListener("change", (event) => {
    if (!(event.target instanceof HTMLInputElement) || event.target.name !== "lane") return;
    event.target.form?.querySelector("textarea")?.focus();
  });
}
