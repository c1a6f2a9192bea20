// The coach beside a field that is written in (an answer, each part of an announcement): reads it a moment after the
// last key, marks what it found, puts better words in.

const WAIT_MS = 250;

interface Found {
  fault: string;
  words: string;
  better: string;
  start: number;
  end: number;
  at: number;
  until: number;
}

interface Coach {
  place: HTMLElement;
  form: HTMLFormElement;
  area: HTMLTextAreaElement;
  mirror: HTMLElement;
  fixes: HTMLElement;
  line: HTMLElement;
  /** Whether findings still stand where they were found; null for those the words were changed of. */
  found: (Found | null)[];
  text: string;
  put: Set<string>;
  timer: number;
  asking: AbortController | undefined;
}

let coaches: Coach[] = [];

function made(className: string, part: string): HTMLElement {
  const element = document.createElement("div");
  element.className = className;
  element.dataset["coachPart"] = part;
  return element;
}

/** The layer behind the draft, with the same words and their marks; the draft itself stays a plain field. */
function mirrored(area: HTMLTextAreaElement): HTMLElement {
  const box = made("draft-x", "box");
  const mirror = made(`${area.className} draft-marks`, "marks");
  mirror.setAttribute("aria-hidden", "true");
  const focused = document.activeElement === area;
  area.replaceWith(box);
  box.append(mirror, area);
  if (focused) area.focus();
  area.addEventListener("scroll", () => (mirror.scrollTop = area.scrollTop), { passive: true });
  return mirror;
}

function begin(place: HTMLElement): Coach | undefined {
  const field = place.dataset["coachField"];
  const beside = place.parentElement?.querySelector<HTMLTextAreaElement>("form textarea[name=text]");
  const area = field ? document.querySelector<HTMLTextAreaElement>(`textarea#${field}`) : beside;
  const form = area?.form;
  if (!form || !area) return undefined;
  const mirror = mirrored(area);
  const fixes = made("fixes", "fixes");
  fixes.setAttribute("aria-live", "polite");
  const line = made("coach-lines", "line");
  mirror.parentElement?.after(fixes);
  if (!field) form.prepend(line);
  return { place, form, area, mirror, fixes, line, found: [], text: area.value, put: new Set(), timer: 0, asking: undefined };
}

function lane(of: Coach): string {
  return of.form.querySelector<HTMLInputElement>("input[name=lane]:checked")?.value ?? "";
}

/** By which kind of channel the draft goes out in this lane, and how many answers the platform takes yet. */
function way(of: Coach): { way: string; left: string } {
  const goes = of.form.querySelector<HTMLElement>(`[data-way][data-lane="${lane(of)}"]`);
  return { way: goes?.dataset["way"] ?? "", left: goes?.dataset["left"] ?? "" };
}

function draw(of: Coach): void {
  const { mirror, area } = of;
  const marks = of.found.filter((one): one is Found => one !== null).sort((a, b) => a.start - b.start);
  const pieces: (Node | string)[] = [];
  let done = 0;
  for (const one of marks) {
    if (one.start < done) continue;
    const mark = document.createElement("mark");
    mark.className = "blame";
    mark.textContent = area.value.slice(one.start, one.end);
    pieces.push(area.value.slice(done, one.start), mark);
    done = one.end;
  }
  // A last line without words has no height of its own in a layer, but has one in a field.
  mirror.replaceChildren(...pieces, `${area.value.slice(done)}\u200b`);
  mirror.scrollTop = area.scrollTop;
}

/** Findings before and behind the place that was typed at keep their words; those it touched are gone. */
function follow(of: Coach): void {
  const before = of.text;
  const after = of.area.value;
  const least = Math.min(before.length, after.length);
  let head = 0;
  while (head < least && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < least - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  const by = after.length - before.length;
  of.found = of.found.map((one) => {
    if (!one || one.until <= head) return one;
    if (Math.min(one.at, one.start) < before.length - tail) return null;
    return { ...one, start: one.start + by, end: one.end + by, at: one.at + by, until: one.until + by };
  });
  of.text = after;
  hide(of);
  draw(of);
}

function rows(of: Coach, index: number): HTMLElement[] {
  return [of.fixes, of.line].flatMap((part) => [...part.querySelectorAll<HTMLElement>(`[data-fix="${index}"]`)]);
}

function hide(of: Coach): void {
  of.found.forEach((one, index) => rows(of, index).forEach((row) => row.classList.toggle("gone", one === null)));
}

function key(one: Found): string {
  return `${one.fault} ${one.words}`;
}

function read(row: HTMLElement): Found {
  const said = row.dataset;
  const number = (name: string): number => Number(said[name]);
  return {
    fault: said["fault"] ?? "", words: said["words"] ?? "", better: said["better"] ?? "",
    start: number("start"), end: number("end"), at: number("at"), until: number("until"),
  };
}

/** Put a part of the answer in its place, unless it says the same already: a list that is open stays open. */
function fill(place: Element, part: Element | null): void {
  const open = new Set([...place.querySelectorAll("details[open]")].map((one) => one.className));
  const html = part?.innerHTML ?? "";
  if (place.innerHTML === html) return;
  place.innerHTML = html; // our own page's answer, with every word escaped by its template
  place.querySelectorAll("details").forEach((one) => (one.open = open.has(one.className)));
}

function show(of: Coach, html: string): void {
  const answer = new DOMParser().parseFromString(html, "text/html");
  fill(of.place, answer.querySelector("[data-part=side]"));
  fill(of.fixes, answer.querySelector("[data-part=fixes]"));
  fill(of.line, answer.querySelector("[data-part=line]"));
  const found = [...of.fixes.querySelectorAll<HTMLElement>("[data-fix]")].map(read);
  of.found = found.map((one) => (of.put.has(key(one)) ? null : one));
  of.text = of.area.value;
  hide(of);
  draw(of);
}

async function ask(of: Coach): Promise<void> {
  of.asking?.abort();
  const asking = new AbortController();
  of.asking = asking;
  const text = of.area.value;
  const body = new URLSearchParams({ text, lane: lane(of), case: of.place.dataset["coachCase"] ?? "", ...way(of) });
  const token = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
  try {
    const headers = { "X-CSRFToken": token, "HX-Request": "true" };
    const answer = await fetch(of.place.dataset["coach"] ?? "", { method: "POST", body, headers, signal: asking.signal });
    const html = answer.ok ? await answer.text() : "";
    if (html && coaches.includes(of) && of.area.value === text) show(of, html);
  } catch {
    // overtaken by a newer draft, or offline: the coach only advises, sending works without it
  }
}

function later(of: Coach): void {
  window.clearTimeout(of.timer);
  of.timer = window.setTimeout(() => void ask(of), WAIT_MS);
}

/** As if typed, so that Ctrl+Z takes it back. */
function type(area: HTMLTextAreaElement, from: number, to: number, words: string): void {
  area.focus();
  area.setSelectionRange(from, to);
  if (document.execCommand("insertText", false, words)) return;
  area.setRangeText(words, from, to, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

function adopt(of: Coach, one: Found): void {
  type(of.area, one.at, one.until, one.better);
  const blank = one.better.indexOf("……");
  if (blank >= 0) of.area.setSelectionRange(one.at + blank, one.at + blank + 2); // what only the writer knows
}

function put(of: Coach, words: string, first: boolean): void {
  const text = of.area.value;
  const gap = text && !first && !/\s$/.test(text) && /[a-z.!?]$/i.test(text) ? " " : "";
  const place = first ? 0 : text.length;
  const behind = first && text && /[a-z.!?]$/i.test(words) ? " " : "";
  type(of.area, place, place, gap + words + behind);
}

function press(of: Coach, pressed: Element): void {
  const row = pressed.closest<HTMLElement>("[data-fix]");
  const index = Number(row?.dataset["fix"] ?? -1);
  const one = of.found[index];
  if (pressed.closest("[data-coach-adopt]") && one) adopt(of, one);
  if (pressed.closest("[data-coach-ignore]") && one) {
    of.put.add(key(one));
    of.found[index] = null;
    hide(of);
    draw(of);
    of.area.focus();
  }
  const begin = pressed.closest<HTMLElement>("[data-coach-put]");
  if (begin) put(of, begin.dataset["coachPut"] ?? "", begin.dataset["coachAt"] === "start");
}

/** Take up the fields that are on the page now; those that were swapped away are left. */
function look(): void {
  const places = [...document.querySelectorAll<HTMLElement>("[data-coach]")];
  coaches.filter((one) => !places.includes(one.place)).forEach((one) => one.asking?.abort());
  coaches = coaches.filter((one) => places.includes(one.place));
  for (const place of places) {
    if (coaches.some((one) => one.place === place)) continue;
    const coach = begin(place);
    if (!coach) continue;
    coaches.push(coach);
    draw(coach);
    later(coach);
  }
}

function typedIn(event: Event): Coach | undefined {
  return coaches.find((one) => one.area === event.target);
}

export function startCoach(): void {
  look();
  document.addEventListener("htmx:afterSettle", look);
  document.addEventListener("input", (event) => {
    const coach = typedIn(event);
    if (!coach) return;
    follow(coach);
    // A word that is still being spelt out is not read yet.
    if (!(event instanceof InputEvent && event.isComposing)) later(coach);
  });
  document.addEventListener("compositionend", (event) => {
    const coach = typedIn(event);
    if (coach) later(coach);
  });
  document.addEventListener("change", (event) => {
    const at = event.target;
    if (!(at instanceof HTMLInputElement) || at.name !== "lane") return;
    coaches.filter((one) => one.form === at.form).forEach(later);
  });
  document.addEventListener("click", (event) => {
    const at = event.target;
    if (!(at instanceof Element)) return;
    const coach = coaches.find((one) => [one.place, one.fixes, one.line].some((part) => part.contains(at)));
    if (coach) press(coach, at);
  });
}
