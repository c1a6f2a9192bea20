// A war room's lists are renewed while it is read. What somebody writes in, or has opened, is not swapped under their hands.
import { forgetDraft } from "./fields";

const RENEWED = new Set(["wr-news", "wr-live"]);

function busy(): boolean {
  if (document.querySelector("[data-live] [popover]:popover-open")) return true;
  const here = document.activeElement;
  const writing = here instanceof HTMLInputElement || here instanceof HTMLTextAreaElement || here instanceof HTMLSelectElement;
  return writing && here.closest("[data-live] [popover]") !== null;
}

export function startRooms(): void {
  // Taken, and the page is read anew: htmx says nothing of success then, but the draft is not one any more.
  document.addEventListener("htmx:afterRequest", (event) => {
    const { elt, xhr } = (event as CustomEvent<{ elt: Element; xhr: XMLHttpRequest }>).detail;
    if (elt instanceof HTMLFormElement && xhr.getResponseHeader("HX-Refresh") === "true") forgetDraft(elt);
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    const { elt } = (event as CustomEvent<{ elt: Element }>).detail;
    if (RENEWED.has(elt.id) && (busy() || document.hidden)) event.preventDefault();
  });
}
