// Toasts and the announcer: what happened, in words, read aloud.
import { word } from "./words";

const STAYS_MS = 9000;

/** Say something to screen readers only. */
export function announce(text: string): void {
  const place = document.getElementById("announcer");
  if (!place) return;
  place.textContent = "";
  // Emptied and filled in separate frames: the same sentence twice is read twice.
  requestAnimationFrame(() => {
    place.textContent = text;
  });
}

/** Show a sentence in a corner for a while; the region is aria-live, so it is read as well. */
export function toast(text: string): void {
  const region = document.getElementById("toasts");
  if (!region) return;
  const said = document.createElement("span");
  said.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.dataset["dismiss"] = "";
  close.setAttribute("aria-label", word("dismiss"));
  close.innerHTML = '<i class="ti ti-x s" aria-hidden="true"></i>';
  const box = document.createElement("div");
  box.className = "toast-x";
  box.dataset["toast"] = "";
  box.append(said, close);
  region.append(box);
  fade(box);
}

function fade(box: HTMLElement): void {
  let over = window.setTimeout(() => box.remove(), STAYS_MS);
  box.addEventListener("mouseenter", () => window.clearTimeout(over));
  box.addEventListener("mouseleave", () => {
    over = window.setTimeout(() => box.remove(), STAYS_MS);
  });
}

/** Toasts the server put on the page fade as well; any of them can be dismissed. */
export function startToasts(): void {
  document.querySelectorAll<HTMLElement>("#toasts [data-toast]").forEach(fade);
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    event.target.closest("[data-dismiss]")?.closest("[data-toast]")?.remove();
  });
}
