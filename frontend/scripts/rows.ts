// The inbox's list: rows renewed in place, rows that left are marked, new ones on top without moving what is read.
import { announce } from "./toast";

interface Htmx {
  process(element: Element): void;
  trigger(element: Element, name: string): void;
}

interface ConfigDetail {
  elt: Element;
  parameters: FormData;
}

function htmx(): Htmx | undefined {
  return (window as unknown as { htmx?: Htmx }).htmx;
}

export function rowOf(id: string): HTMLElement | null {
  return document.getElementById(`row-${id}`);
}

function list(): HTMLElement | null {
  return document.getElementById("list");
}

/** Put a row in the place of the one that stands there; what is ticked, chosen or in focus stays so. */
function renew(template: HTMLTemplateElement): void {
  const old = rowOf(template.dataset["renew"] ?? "");
  const made = template.content.firstElementChild?.cloneNode(true);
  template.remove();
  if (!old || !(made instanceof HTMLElement)) return; // it left the list meanwhile
  const [before, after] = [old.querySelector<HTMLElement>("[data-row]"), made.querySelector<HTMLElement>("[data-row]")];
  const tick = old.querySelector<HTMLInputElement>("input[name=case]");
  const next = made.querySelector<HTMLInputElement>("input[name=case]");
  if (tick && next) next.checked = tick.checked;
  if (before && after) {
    const chosen = before.getAttribute("aria-current") === "true";
    after.classList.toggle("sel", chosen);
    if (chosen) after.setAttribute("aria-current", "true");
    else after.removeAttribute("aria-current");
  }
  const focused = old.contains(document.activeElement);
  old.replaceWith(made);
  htmx()?.process(made);
  if (focused) after?.focus({ preventScroll: true });
}

/** A row that no longer fits the view keeps its place and says so: nothing is pulled away under the finger. */
function mark(note: HTMLElement): void {
  const row = rowOf(note.dataset["gone"] ?? "");
  note.remove();
  if (!row || row.classList.contains("gone")) return;
  row.classList.add("gone");
  const said = document.createElement("span");
  said.className = "gone-note";
  said.textContent = note.textContent;
  row.append(said);
}

function settle(): void {
  document.querySelectorAll<HTMLTemplateElement>("template[data-renew]").forEach(renew);
  document.querySelectorAll<HTMLElement>("[data-gone]").forEach(mark);
}

function shownRows(): string {
  const rows = [...document.querySelectorAll<HTMLElement>("#list [data-case]:not(.gone)")];
  return rows.map((row) => `${row.dataset["case"]}:${row.dataset["stamp"] ?? ""}`).join(",");
}

/** The poll and the loading of new ones say what stands in the list and since when. */
function describe({ elt, parameters }: ConfigDetail): void {
  const news = document.getElementById("news");
  if (elt.matches("#news,[data-load-new]")) {
    parameters.set("rows", shownRows());
    parameters.set("seen_at", news?.dataset["seenAt"] ?? "");
  }
  if (elt.matches("[data-mark]")) {
    const row = document.querySelector('[data-row][aria-current="true"]')?.closest<HTMLElement>("[data-case]");
    parameters.set("case", row?.dataset["case"] ?? "");
  }
}

/** The new rows came in under the bar: what was being read stays where it is on the screen. */
function keepPlace(before: number, height: number): void {
  const place = list();
  if (place && before > 8) place.scrollTop = before + place.scrollHeight - height;
}

function startLoading(): void {
  let [top, height] = [0, 0];
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { requestConfig } = (event as CustomEvent<{ requestConfig?: { elt: Element } }>).detail;
    if (!requestConfig?.elt.matches("[data-load-new]")) return;
    [top, height] = [list()?.scrollTop ?? 0, list()?.scrollHeight ?? 0];
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const { requestConfig } = (event as CustomEvent<{ requestConfig?: { elt: Element } }>).detail;
    const news = document.getElementById("news");
    if (!news || !requestConfig?.elt.matches("[data-load-new]")) return;
    const stamp = document.querySelector<HTMLElement>("#list i[data-seen-at]");
    if (stamp) news.dataset["seenAt"] = stamp.dataset["seenAt"] ?? "";
    stamp?.remove();
    const bar = news.querySelector(".newbar");
    announce(bar?.textContent ?? "");
    news.replaceChildren();
    list()?.querySelector(".empty")?.remove();
    keepPlace(top, height);
  });
}

export function startRows(): void {
  document.addEventListener("htmx:configRequest", (event) => describe((event as CustomEvent<ConfigDetail>).detail));
  document.addEventListener("htmx:afterSettle", settle);
  startLoading();
}
