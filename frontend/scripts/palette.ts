// The command palette: Ctrl or ⌘ and K, from anywhere, also while typing. The server says what can be opened or done;
// the field keeps the focus, the arrows move the chosen line, Enter opens it. The dialog gives the focus back when closed.

const WAIT = 120; // milliseconds after a key before the server is asked

let dialog: HTMLDialogElement | null = null;
let asking: AbortController | null = null;
let timer = 0;
let waiting = false; // what is shown answers older letters than those in the field
let hurried = false; // Enter was pressed meanwhile: the first line of the answer is meant

function field(): HTMLInputElement | null {
  return dialog?.querySelector<HTMLInputElement>("input[role=combobox]") ?? null;
}

function list(): HTMLElement | null {
  return dialog?.querySelector<HTMLElement>("[role=listbox]") ?? null;
}

function options(): HTMLElement[] {
  return [...(list()?.querySelectorAll<HTMLElement>("[role=option]") ?? [])];
}

function chosen(): HTMLElement | undefined {
  return options().find((option) => option.getAttribute("aria-selected") === "true");
}

function choose(option: HTMLElement | undefined): void {
  for (const other of options()) other.setAttribute("aria-selected", String(other === option));
  if (option) {
    field()?.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  } else {
    field()?.removeAttribute("aria-activedescendant");
  }
}

/** The chosen line, one further; past an end it begins again at the other. */
function move(step: 1 | -1): void {
  const all = options();
  const at = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
  choose(all[(at + step + all.length) % all.length]);
}

function tell(key: "none" | "lost" | ""): void {
  const hint = dialog?.querySelector<HTMLElement>(".pal-h");
  const place = hint?.querySelector<HTMLElement>("[data-said]");
  if (place) place.textContent = (key && hint?.dataset[key]) || "";
}

function show(html: string): void {
  const place = list();
  if (!place) return;
  place.innerHTML = html; // our own server's answer, escaped there
  for (const here of place.querySelectorAll<HTMLInputElement>("[data-here]")) {
    here.value = window.location.pathname + window.location.search;
  }
  choose(options()[0]);
  tell(options().length <= 1 && field()?.value.trim() ? "none" : "");
  waiting = false;
  const first = options()[0];
  if (hurried && first) act(first);
  hurried = false;
}

async function ask(): Promise<void> {
  const address = dialog?.dataset["address"];
  if (!address) return;
  asking?.abort();
  const mine = new AbortController();
  asking = mine;
  waiting = true;
  try {
    const answer = await fetch(`${address}?q=${encodeURIComponent(field()?.value ?? "")}`, { signal: mine.signal });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    show(await answer.text());
  } catch {
    if (mine.signal.aborted) return;
    hurried = false;
    tell("lost");
  }
}

function askSoon(): void {
  waiting = true;
  asking?.abort(); // what is under way answers older letters
  window.clearTimeout(timer);
  timer = window.setTimeout(() => void ask(), WAIT);
}

function openPalette(): void {
  if (!dialog || dialog.open) return;
  const input = field();
  if (input) input.value = "";
  dialog.showModal();
  input?.focus();
  void ask();
}

function act(option: HTMLElement): void {
  option.click();
  if (option.matches("[data-theme-switch]")) dialog?.close();
}

function onKey(event: KeyboardEvent): void {
  if (event.isComposing) return; // Enter and the arrows belong to the input method
  if (event.key === "ArrowDown") move(1);
  else if (event.key === "ArrowUp") move(-1);
  else if (event.key === "Enter") {
    const option = chosen();
    if (waiting) hurried = true;
    else if (option) act(option);
  } else return;
  event.preventDefault();
}

function startField(input: HTMLInputElement): void {
  input.addEventListener("keydown", onKey);
  input.addEventListener("input", (event) => {
    if (!(event instanceof InputEvent && event.isComposing)) askSoon();
  });
  input.addEventListener("compositionend", askSoon);
}

export function startPalette(): void {
  const found = document.getElementById("palette");
  const input = found?.querySelector<HTMLInputElement>("input[role=combobox]");
  if (!(found instanceof HTMLDialogElement) || !input) return;
  dialog = found;
  startField(input);
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog?.close(); // beside it
  });
  dialog.addEventListener("close", () => {
    window.clearTimeout(timer);
    asking?.abort();
    hurried = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (dialog?.open) dialog.close();
    else if (!document.querySelector("dialog[open]")) openPalette();
  });
  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-palette]")) openPalette();
  });
  if (/Mac|iPhone|iPad/.test(navigator.userAgent)) {
    for (const key of document.querySelectorAll(".find kbd")) key.textContent = "⌘ K";
  }
}
