// htmx: the CSRF header, what went wrong in words, locked buttons, announced swaps, drafts after a swap.
import { forgetDraft, restoreDrafts } from "./fields";
import { announce, toast } from "./toast";
import { toBottom } from "./scroll";
import { word } from "./words";

interface RequestDetail {
  elt: Element;
  requestConfig?: { elt: Element };
  target: Element;
  headers: Record<string, string>;
  xhr: XMLHttpRequest;
  successful: boolean;
  shouldSwap: boolean;
  isError: boolean;
}

const LOGIN = "/accounts/login/";
const SAID = new Set([403, 404, 409, 413, 422, 429]);

function on(name: string, handle: (detail: RequestDetail, event: Event) => void): void {
  document.addEventListener(name, (event) => handle((event as CustomEvent<RequestDetail>).detail, event));
}

function failure(status: number): string {
  if (SAID.has(status)) return word(`failed${status}`);
  return word(status >= 500 ? "failed500" : "failedOther");
}

/** A short plain answer is the server's own sentence and says more than ours; a page is not read out. */
function sentence(xhr: XMLHttpRequest): string {
  const plain = (xhr.getResponseHeader("Content-Type") ?? "").startsWith("text/plain");
  const text = plain ? xhr.responseText.trim() : "";
  return text && text.length <= 300 ? text : failure(xhr.status);
}

function buttonsOf(element: Element): HTMLButtonElement[] {
  if (element instanceof HTMLButtonElement) return [element];
  return [...element.querySelectorAll<HTMLButtonElement>("button[type=submit],button:not([type])")];
}

/** What was asked for the case's pane, in order: only the latest is drawn, or a case opened a moment before would cover
 * the answer that was just sent, and an answer on its way the case that was opened since. */
const asked = new WeakMap<XMLHttpRequest, number>();
let latest = 0;

function overtaken({ xhr, target }: RequestDetail): boolean {
  return target.id === "pane" && (asked.get(xhr) ?? latest) < latest;
}

/** Whoever was signed out meanwhile is sent to the login page instead: nothing was taken. */
function signedOut(xhr: XMLHttpRequest): boolean {
  return xhr.responseURL !== "" && new URL(xhr.responseURL).pathname === LOGIN;
}

/** Whether the page is left or read anew because of the answer. Of success htmx says nothing then. */
function leads(xhr: XMLHttpRequest): boolean {
  return xhr.getResponseHeader("HX-Redirect") !== null || xhr.getResponseHeader("HX-Refresh") === "true";
}

/** Whether the server has taken what was sent: not what came back to be put right, and not what never reached it. */
function taken({ xhr, successful }: RequestDetail): boolean {
  if (xhr.status < 200 || xhr.status >= 300 || signedOut(xhr)) return false;
  return successful || leads(xhr);
}

function csrf(): string | undefined {
  return document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content;
}

export function startRequests(): void {
  on("htmx:configRequest", ({ headers }) => {
    const token = csrf();
    if (token) headers["X-CSRFToken"] = token;
  });
  on("htmx:beforeRequest", ({ elt }) => buttonsOf(elt).forEach((button) => button.setAttribute("data-busy", "")));
  on("htmx:afterRequest", (detail) => {
    const { elt, requestConfig, xhr } = detail;
    // A form that was swapped away is no longer the event's element, but it is still the one that was sent.
    const sender = requestConfig?.elt ?? elt;
    buttonsOf(sender).forEach((button) => button.removeAttribute("data-busy"));
    if (sender instanceof HTMLFormElement && taken(detail)) forgetDraft(sender, leads(xhr));
  });
  on("htmx:beforeSend", ({ xhr, target }) => {
    if (target.id === "pane") asked.set(xhr, ++latest);
  });
  // A form that is not right yet (422) comes back with its errors marked: show it, htmx would drop it.
  on("htmx:beforeSwap", (detail) => {
    if (signedOut(detail.xhr)) {
      detail.shouldSwap = false;
      const here = window.location.pathname + window.location.search;
      window.location.assign(`${LOGIN}?next=${encodeURIComponent(here)}`); // what is typed waits on this device
      return;
    }
    if (overtaken(detail)) {
      detail.shouldSwap = false; // what went wrong is still told, as a toast
      return;
    }
    const html = (detail.xhr.getResponseHeader("Content-Type") ?? "").startsWith("text/html");
    if (detail.xhr.status === 422 && html && detail.xhr.responseText.trim()) {
      detail.shouldSwap = true;
      detail.isError = false;
    }
  });
  on("htmx:responseError", ({ xhr }) => toast(sentence(xhr)));
  on("htmx:sendError", () => toast(word("failedNetwork")));
  on("htmx:timeout", () => toast(word("failedNetwork")));
  on("htmx:afterSettle", ({ target }) => {
    const place = target.closest<HTMLElement>("[data-announce]");
    if (place) announce(place.dataset["announce"] || word("updated"));
    restoreDrafts(target);
    toBottom(target);
  });
}
