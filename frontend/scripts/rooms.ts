// A war room's lists are renewed while it is read. What somebody writes in, or has opened, is not swapped under their hands.

const RENEWED = new Set(["wr-news", "wr-live"]);

function busy(): boolean {
  if (document.querySelector("[data-live] [popover]:popover-open")) return true;
  const here = document.activeElement;
  const writing = here instanceof HTMLInputElement || here instanceof HTMLTextAreaElement || here instanceof HTMLSelectElement;
  return writing && here.closest("[data-live] [popover]") !== null;
}

export function startRooms(): void {
  document.addEventListener("htmx:beforeRequest", (event) => {
    const { elt } = (event as CustomEvent<{ elt: Element }>).detail;
    if (RENEWED.has(elt.id) && (busy() || document.hidden)) event.preventDefault();
  });
}
