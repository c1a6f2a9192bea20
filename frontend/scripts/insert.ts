// Writing into the draft and choosing in the inbox: [data-insert], the list's chosen row, rows on the phone.

/** Fields somebody has been in: what is put into one goes where they were, into any other at its end. */
const visited = new WeakSet<Element>();

/** Put words into a field where the writer was, so that it can be undone as if typed. Twice the same is put once. */
function insert(button: HTMLElement): void {
  const field = document.querySelector(button.dataset["insertInto"] ?? "textarea");
  const text = button.dataset["insert"] ?? "";
  if (!(field instanceof HTMLTextAreaElement)) return;
  const start = visited.has(field) ? field.selectionStart : field.value.length;
  const end = visited.has(field) ? field.selectionEnd : field.value.length;
  field.focus();
  if (!field.value.includes(text)) {
    field.setSelectionRange(start, end);
    put(field, parted(field.value.slice(0, start), text, field.value.slice(end)));
  } else field.setSelectionRange(field.value.length, field.value.length);
  note(field, button);
}

/** Words of several lines stand on lines of their own; a sentence goes on where another ended. */
function parted(before: string, text: string, after: string): string {
  const apart = before.trim() !== "" && !before.endsWith("\n");
  return `${apart ? "\n" : ""}${text}${after.trim() !== "" && !after.startsWith("\n") ? "\n" : ""}`;
}

function put(field: HTMLTextAreaElement, text: string): void {
  // The one way to write that the browser's own undo knows; without it the words are put in all the same.
  if (document.execCommand("insertText", false, text)) return;
  field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** The form tells which template its words came from, and the list it was chosen in shuts. */
function note(field: HTMLTextAreaElement, button: HTMLElement): void {
  const template = button.dataset["template"];
  if (template && field.form && !field.form.querySelector(`input[name=template][value="${CSS.escape(template)}"]`)) {
    const used = document.createElement("input");
    used.type = "hidden";
    used.name = "template";
    used.value = template;
    field.form.append(used);
  }
  const list = button.dataset["shut"] ? document.getElementById(button.dataset["shut"]) : null;
  if (list?.matches(":popover-open")) {
    list.hidePopover();
    field.focus();
  }
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
  document.addEventListener("focusin", (event) => {
    if (event.target instanceof HTMLTextAreaElement) visited.add(event.target);
  });
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
