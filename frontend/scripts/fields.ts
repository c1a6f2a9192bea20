// Fields: growing textareas, drafts that survive a reload, copy buttons, buttons that lock while a form is sent.
import { announce, toast } from "./toast";
import { word } from "./words";

const PREFIX = "hx-draft:";
const SENT = "hx-sent"; // of this tab: whose form was sent last
const ACCOUNTS = "/accounts/";

/** Browsers that know field-sizing grow textareas by themselves; the others get their height set. */
function grow(area: HTMLTextAreaElement): void {
  if (CSS.supports("field-sizing", "content")) return;
  area.style.height = "auto"; // set through the object model, which the security policy allows
  area.style.height = `${area.scrollHeight}px`;
}

function stored(key: string): string | null {
  try {
    return localStorage.getItem(PREFIX + key);
  } catch {
    return null;
  }
}

function store(key: string, text: string | null): void {
  try {
    if (text) localStorage.setItem(PREFIX + key, text);
    else localStorage.removeItem(PREFIX + key);
  } catch {
    // without storage a draft simply does not survive
  }
}

/** The field whose text is kept: the first textarea of the form. */
function draftField(form: Element): HTMLTextAreaElement | null {
  return form.querySelector("textarea");
}

/** Put kept drafts back into the forms that are empty. */
export function restoreDrafts(within: ParentNode = document): void {
  within.querySelectorAll<HTMLFormElement>("form[data-draft]").forEach((form) => {
    const field = draftField(form);
    const text = stored(form.dataset["draft"] ?? "");
    if (!field || !text || field.value === text) return;
    if (field.value.trim() !== field.defaultValue.trim() || field.defaultValue.trim()) return;
    field.value = text;
    grow(field);
    field.dispatchEvent(new Event("input", { bubbles: true }));
    announce(word("draftRestored"));
  });
}

/** Forget a form's draft once the server has taken it. `leaving`: the page goes, and coming back finds the field empty. */
export function forgetDraft(form: Element, leaving = false): void {
  const key = form instanceof HTMLElement ? form.dataset["draft"] : undefined;
  if (key === undefined) return;
  store(key, null);
  const field = leaving ? draftField(form) : null;
  if (field) field.value = "";
}

/** A plain form's draft stays until the page that follows shows that the server took it. */
function noteSent(form: HTMLFormElement): void {
  const key = form.dataset["draft"];
  if (key === undefined) return;
  try {
    sessionStorage.setItem(SENT, key);
  } catch {
    store(key, null); // without storage there is no draft either
  }
}

/** Whether this page says that what was sent was not taken, or is no answer to it at all. */
function notTaken(): boolean {
  const [here] = performance.getEntriesByType("navigation") as (PerformanceNavigationTiming & { responseStatus?: number })[];
  if (!here || here.type !== "navigate" || (here.responseStatus ?? 200) >= 400) return true;
  return document.referrer.includes(ACCOUNTS) || document.querySelector("#toasts .error") !== null;
}

/** The page after a plain form: its draft is forgotten, unless nothing was taken. Signing in comes in between. */
function settleSent(): void {
  if (window.location.pathname.startsWith(ACCOUNTS)) return;
  try {
    const key = sessionStorage.getItem(SENT);
    sessionStorage.removeItem(SENT);
    if (key !== null && !notTaken()) store(key, null);
  } catch {
    // without storage there is no draft
  }
}

function keepDraft(field: HTMLTextAreaElement): void {
  const form = field.closest<HTMLFormElement>("form[data-draft]");
  if (form && draftField(form) === field) store(form.dataset["draft"] ?? "", field.value);
}

async function copy(button: HTMLElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(button.dataset["copy"] ?? "");
  } catch {
    toast(word("copyFailed"));
    return;
  }
  const label = button.querySelector("span") ?? button;
  const before = label.textContent;
  label.textContent = word("copied");
  announce(word("copied"));
  window.setTimeout(() => {
    label.textContent = before;
  }, 2000);
}

/** A plain form is sent once: a second press of its button does nothing. htmx forms are locked by requests.ts. */
function lockOnce(event: SubmitEvent): void {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || event.defaultPrevented || form.method === "dialog") return;
  if (form.matches("[hx-post],[hx-get],[hx-put],[hx-patch],[hx-delete]")) return;
  noteSent(form);
  const button = event.submitter;
  // After this turn of events, or the browser would leave the pressed button's value out.
  window.setTimeout(() => button?.setAttribute("data-busy", ""));
}

export function startFields(): void {
  document.addEventListener("input", (event) => {
    if (!(event.target instanceof HTMLTextAreaElement)) return;
    grow(event.target);
    keepDraft(event.target);
  });
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-copy]") : null;
    if (button) void copy(button);
  });
  document.addEventListener("submit", lockOnce);
  // Coming back with the browser's back button shows the page as it was: locked buttons included.
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("[data-busy]").forEach((button) => button.removeAttribute("data-busy"));
  });
  document.querySelectorAll("textarea").forEach(grow);
  settleSent();
  restoreDrafts();
}
