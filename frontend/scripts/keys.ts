// Keys: pressing a letter does what the visible element carrying data-key="letter" would do by a click.
// Fields are focused instead of clicked. j and k walk along [data-row] when no element carries them.

const TYPING = "input,textarea,select,[contenteditable=true]";

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(TYPING) !== null
    && !target.matches("input[type=checkbox],input[type=radio],input[type=button],input[type=submit]");
}

function visible(element: Element): element is HTMLElement {
  return element instanceof HTMLElement && element.offsetParent !== null;
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

/** Move along the rows: click the next or previous one, so that the list behaves as with the mouse. */
function walk(step: 1 | -1): boolean {
  const rows = [...document.querySelectorAll("[data-row]")].filter(visible);
  if (rows.length === 0) return false;
  const at = rows.findIndex((row) => row.getAttribute("aria-current") === "true");
  const next = rows[at < 0 ? 0 : Math.min(Math.max(at + step, 0), rows.length - 1)];
  if (!next || rows.indexOf(next) === at) return true;
  for (const row of rows) {
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

function act(key: string): boolean {
  const element = bearer(key);
  if (element) {
    press(element);
    return true;
  }
  if (key === "j") return walk(1);
  if (key === "k") return walk(-1);
  if (key === "o") return open();
  if (key === "?") {
    const help = document.getElementById("keys");
    if (help instanceof HTMLDialogElement && !help.open) help.showModal();
    return help !== null;
  }
  return false;
}

export function startKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    if (!(event.target instanceof HTMLTextAreaElement) || !event.target.form) return;
    event.preventDefault();
    event.target.form.requestSubmit();
  });
  document.addEventListener("keydown", (event) => {
    // During Chinese input every key belongs to the input method.
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && isTyping(event.target)) {
      if (event.target instanceof HTMLElement) event.target.blur();
      return;
    }
    if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
    if (act(event.key)) event.preventDefault();
  });
}
