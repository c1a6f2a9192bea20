// Keys: pressing a letter does what the visible element carrying data-key="letter" would do by a click.
// Fields are focused instead of clicked. j and k walk along [data-row] when no element carries them.
// g waits a moment for a second letter that names a page; without one it is the key of whatever carries it.
import { pickAll, pickCurrent, pickNone } from "./selection";

const TYPING = "input,textarea,select,[contenteditable=true]";
const SECOND_MS = 700;
const PAGES: Record<string, string> = {
  i: "inbox", f: "feedback", t: "themes", a: "announcements", m: "members", c: "channels", s: "settings",
};
let waiting: number | undefined;

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(TYPING) !== null
    && !target.matches("input[type=checkbox],input[type=radio],input[type=button],input[type=submit]");
}

function visible(element: Element): element is HTMLElement {
  return element instanceof HTMLElement && element.getClientRects().length > 0;
}

/** Several elements may carry a key (one for the phone, one for the desk): the visible one counts. */
function bearer(key: string): HTMLElement | undefined {
  return [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].filter(visible)[0];
}

function press(element: HTMLElement): void {
  if (element.matches("input:not([type=checkbox]):not([type=radio]),textarea,select")) {
    element.focus();
    if (element instanceof HTMLInputElement) element.select();
  } else {
    element.click();
  }
}

function rows(): HTMLElement[] {
  return [...document.querySelectorAll("[data-row]")].filter(visible);
}

/** Move along the rows: click the next or previous one, so that the list behaves as with the mouse. */
function walk(step: 1 | -1): boolean {
  const all = rows();
  if (all.length === 0) return false;
  const at = all.findIndex((row) => row.getAttribute("aria-current") === "true");
  if (step === 1 && at === all.length - 1) document.querySelector<HTMLElement>("[data-more]")?.click();
  const next = all[at < 0 ? 0 : Math.min(Math.max(at + step, 0), all.length - 1)];
  if (!next || all.indexOf(next) === at) return true;
  for (const row of all) {
    row.classList.toggle("sel", row === next);
    if (row === next) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
  next.scrollIntoView({ block: "nearest" });
  next.focus({ preventScroll: true });
  if (next.hasAttribute("hx-get")) next.click();
  return true;
}

function open(): boolean {
  const row = document.querySelector<HTMLElement>('[data-row][aria-current="true"]');
  const address = row?.dataset["href"] ?? (row instanceof HTMLAnchorElement ? row.href : undefined);
  if (!address) return false;
  window.location.assign(address);
  return true;
}

/** The view before or after the one that is shown. */
function view(step: 1 | -1): boolean {
  const all = [...document.querySelectorAll<HTMLAnchorElement>(".views a")];
  if (all.length === 0) return false;
  const at = all.findIndex((link) => link.getAttribute("aria-current") === "true");
  all[Math.min(Math.max(at + step, 0), all.length - 1)]?.click();
  return true;
}

function page(key: string): HTMLAnchorElement | null {
  const name = PAGES[key];
  return name ? document.querySelector<HTMLAnchorElement>(`.rail a.ri[href$="/${name}/"]`) : null;
}

function search(): boolean {
  const field = document.querySelector<HTMLInputElement>(".find input");
  field?.focus();
  return field !== null;
}

/** Keys that work without an element carrying them, where what they move is on the page. */
const OWN: Record<string, () => boolean> = {
  "j": () => walk(1),
  "k": () => walk(-1),
  "o": open,
  "x": () => pickCurrent(false),
  "X": () => pickCurrent(true),
  "A": pickAll,
  "[": () => view(-1),
  "]": () => view(1),
  "/": search,
  "?": help,
  "Escape": pickNone,
};
const NEEDS: Record<string, string> = {
  "j": "[data-row]", "k": "[data-row]", "o": '[data-row][aria-current="true"]', "x": "input[name=case]",
  "X": "input[name=case]", "A": "input[name=case]", "[": ".views a", "]": ".views a", "/": ".find input",
};

/** Whether a key does something on this page as it is now. */
function works(key: string): boolean {
  if (key === "^Enter") return document.querySelector("form textarea") !== null;
  if (key.length === 2 && key.startsWith("g")) return page(key.charAt(1)) !== null;
  const needed = NEEDS[key];
  return bearer(key) !== undefined || (needed !== undefined && document.querySelector(needed) !== null);
}

/** The help names what works here and nothing else. */
function help(): boolean {
  const dialog = document.getElementById("keys");
  if (!(dialog instanceof HTMLDialogElement)) return false;
  tidy(dialog);
  if (!dialog.open) dialog.showModal();
  return true;
}

function tidy(dialog: HTMLElement): void {
  for (const term of dialog.querySelectorAll<HTMLElement>("dt[data-keys]")) {
    const hidden = !(term.dataset["keys"] ?? "").split(" ").some(works);
    term.hidden = hidden;
    if (term.nextElementSibling instanceof HTMLElement) term.nextElementSibling.hidden = hidden;
  }
}

function act(key: string): boolean {
  const element = bearer(key);
  if (element) {
    press(element);
    return true;
  }
  return OWN[key]?.() ?? false;
}

/** After g: a page's letter goes there; any other key, or none in time, makes it the g of the page. */
function second(key: string): boolean {
  window.clearTimeout(waiting);
  waiting = undefined;
  const link = page(key);
  if (link) {
    link.click();
    return true;
  }
  act("g");
  return act(key);
}

function first(key: string): boolean {
  if (key !== "g") return act(key);
  waiting = window.setTimeout(() => {
    waiting = undefined;
    act("g");
  }, SECOND_MS);
  return true;
}

function sendByKey(event: KeyboardEvent): void {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  if (!(event.target instanceof HTMLTextAreaElement) || !event.target.form) return;
  event.preventDefault();
  const pane = event.target.closest("[popover]") ?? event.target.form;
  const button = pane.querySelector<HTMLButtonElement>("button[type=submit]");
  event.target.form.requestSubmit(button?.form === event.target.form ? button : null);
}

/** Enter in a popover whose form stands elsewhere presses the popover's own button, not the form's first one. */
function enterInPopover(event: KeyboardEvent): void {
  if (event.key !== "Enter" || event.isComposing || !(event.target instanceof HTMLInputElement)) return;
  const popover = event.target.closest("[popover]");
  if (!popover || !event.target.form || popover.contains(event.target.form)) return;
  event.preventDefault();
  popover.querySelector<HTMLButtonElement>("button[type=submit]")?.click();
}

function onKey(event: KeyboardEvent): void {
  // During Chinese input every key belongs to the input method.
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && isTyping(event.target)) {
    if (event.target instanceof HTMLElement) event.target.blur();
    return;
  }
  if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape" && document.querySelector("[popover]:popover-open")) return;
  if (waiting === undefined ? first(event.key) : second(event.key)) event.preventDefault();
}

export function startKeys(): void {
  document.addEventListener("keydown", sendByKey);
  document.addEventListener("keydown", enterInPopover);
  document.addEventListener("keydown", onKey);
  const dialog = document.getElementById("keys");
  // Opened by its button, too, it names what works here.
  dialog?.addEventListener("beforetoggle", () => tidy(dialog));
}
