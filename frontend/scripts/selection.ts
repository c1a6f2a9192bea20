// Ticking rows: x, Shift and a click for a stretch, all of the view; the bulk bar says how many.
import { word } from "./words";

const TICK = "#list input[name=case]";
let last: HTMLInputElement | undefined;

function ticks(): HTMLInputElement[] {
  return [...document.querySelectorAll<HTMLInputElement>(TICK)];
}

function bar(): HTMLElement | null {
  return document.getElementById("bulk-bar");
}

function whole(): HTMLInputElement | null {
  return document.querySelector<HTMLInputElement>("#bulk input[name=all]");
}

/** Let the bar, the list and the words follow what is ticked. */
function tell(): void {
  const [all, box] = [ticks(), bar()];
  if (!box) return;
  const number = all.filter((tick) => tick.checked).length;
  const everything = whole();
  if (everything && number < all.length) everything.value = "";
  const beyond = everything?.value === "1";
  const total = box.dataset["total"] ?? "";
  box.hidden = number === 0;
  document.querySelector(".list")?.classList.toggle("picking", number > 0 || picking());
  const said = box.querySelector("[data-picked]");
  if (said) said.textContent = word("picked", { n: beyond ? total : number });
  const more = box.querySelector<HTMLElement>("[data-pick-all]");
  if (more) more.hidden = beyond || number < all.length || Number.parseInt(total, 10) <= number;
  for (const tick of all) tick.closest(".itw")?.classList.toggle("picked", tick.checked);
}

function picking(): boolean {
  return document.querySelector("[data-pick-mode]")?.getAttribute("aria-pressed") === "true";
}

/** Tick everything from the last ticked row to this one, as this one is now. */
function stretch(to: HTMLInputElement): void {
  const all = ticks();
  const [from, end] = [last ? all.indexOf(last) : -1, all.indexOf(to)];
  if (from >= 0) {
    for (const tick of all.slice(Math.min(from, end), Math.max(from, end) + 1)) tick.checked = to.checked;
  }
  last = to;
  tell();
}

function currentTick(): HTMLInputElement | null {
  const row = document.querySelector('[data-row][aria-current="true"]') ?? document.querySelector("[data-row]");
  return row?.closest(".itw")?.querySelector<HTMLInputElement>("input[name=case]") ?? null;
}

/** x: tick the row in hand, or take the tick away. X: everything since the last tick. */
export function pickCurrent(range: boolean): boolean {
  const tick = currentTick();
  if (!tick) return false;
  tick.checked = range || !tick.checked;
  if (range) stretch(tick);
  else {
    last = tick;
    tell();
  }
  return true;
}

/** Every loaded row; the bar then offers the rest of the view. */
export function pickAll(): boolean {
  const all = ticks();
  for (const tick of all) tick.checked = true;
  tell();
  return all.length > 0;
}

/** Take every tick away; whether there was one. */
export function pickNone(): boolean {
  const all = ticks().filter((tick) => tick.checked);
  const everything = whole();
  for (const tick of all) tick.checked = false;
  if (everything) everything.value = "";
  const mode = document.querySelector("[data-pick-mode]");
  const was = all.length > 0 || picking();
  mode?.setAttribute("aria-pressed", "false");
  last = undefined;
  tell();
  return was;
}

function onClick(event: MouseEvent): void {
  const target = event.target instanceof Element ? event.target : null;
  const tick = target?.closest<HTMLInputElement>(TICK);
  if (tick) {
    if (event.shiftKey) stretch(tick);
    else last = tick;
    tell();
  } else if (target?.closest("[data-pick-all]")) {
    const everything = whole();
    if (everything) everything.value = "1";
    tell();
  } else if (target?.closest("[data-pick-none]")) {
    pickNone();
  } else if (target?.closest("[data-pick-mode]")) {
    const mode = target.closest("[data-pick-mode]");
    if (picking()) pickNone();
    else mode?.setAttribute("aria-pressed", "true");
    tell();
  }
}

export function startSelection(): void {
  if (!bar()) return;
  document.addEventListener("click", onClick);
  document.addEventListener("htmx:afterSettle", tell);
  window.addEventListener("pageshow", tell);
  tell();
}
