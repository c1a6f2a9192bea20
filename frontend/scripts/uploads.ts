// Files for a message: chosen, pasted or dropped on the form, each is sent at once with its progress and stands for
// itself by a ticket in the form. Without this code the field sends its files with the form.
import { announce, toast } from "./toast";
import { word } from "./words";

interface Taken {
  ticket: string;
  name: string;
  size: number;
  preview: string;
  page: string; // where a PDF can be looked at before it is sent
}

const going = new WeakMap<HTMLFormElement, number>();

function placeOf(element: Element | null): HTMLElement | null {
  return element?.closest("form")?.querySelector<HTMLElement>("[data-uploads]") ?? null;
}

/** The form waits for its files: its button is locked and says so. */
function count(form: HTMLFormElement | null, step: 1 | -1): void {
  if (!form) return;
  const left = (going.get(form) ?? 0) + step;
  going.set(form, left);
  for (const button of form.querySelectorAll<HTMLButtonElement>("button[type=submit]")) {
    button.toggleAttribute("data-busy", left > 0);
  }
}

/** A message of files alone needs no words. */
function relax(place: HTMLElement): void {
  const area = place.closest("form")?.querySelector<HTMLTextAreaElement>("textarea[data-or-files]");
  if (area) area.required = place.querySelectorAll("input[name=attachments]").length === 0;
}

function icon(name: string): HTMLElement {
  const made = document.createElement("i");
  made.className = `ti ti-${name}`;
  made.setAttribute("aria-hidden", "true");
  return made;
}

function row(place: HTMLElement, file: File): HTMLLIElement {
  const line = document.createElement("li");
  line.className = "up";
  const name = document.createElement("span");
  name.className = "nm ell";
  name.textContent = file.name;
  const bar = document.createElement("progress");
  bar.max = 100;
  bar.value = 0;
  bar.setAttribute("aria-label", word("sendingFile", { n: file.name }));
  line.append(icon(file.type.startsWith("image/") ? "photo" : "file"), name, bar, off(file.name));
  place.querySelector(".up-list")?.append(line);
  return line;
}

function off(name: string): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.dataset["upOff"] = "";
  button.setAttribute("aria-label", word("takeOut", { n: name }));
  button.append(icon("x"));
  return button;
}

function done(place: HTMLElement, line: HTMLLIElement, taken: Taken): void {
  line.classList.add("ok");
  line.querySelector("progress")?.remove();
  const ticket = document.createElement("input");
  ticket.type = "hidden";
  ticket.name = "attachments";
  ticket.value = taken.ticket;
  line.prepend(ticket);
  const name = line.querySelector(".nm");
  if (name) name.textContent = taken.name;
  if (name && taken.page) name.replaceWith(link(taken));
  if (taken.preview) {
    const shown = document.createElement("img");
    shown.src = taken.preview;
    shown.alt = "";
    line.querySelector("i.ti:not(button i)")?.replaceWith(shown);
  }
  relax(place);
  announce(word("fileReady", { n: taken.name }));
}

function link(taken: Taken): HTMLAnchorElement {
  const made = document.createElement("a");
  made.className = "nm ell lk";
  made.href = taken.page;
  made.target = "_blank";
  made.rel = "noopener";
  made.textContent = taken.name;
  return made;
}

function failed(line: HTMLLIElement, sentence: string): void {
  line.classList.add("bad");
  line.querySelector("progress")?.remove();
  const name = line.querySelector(".nm");
  if (name) name.textContent = sentence;
  announce(sentence);
}

function said(request: XMLHttpRequest): string {
  const plain = (request.getResponseHeader("Content-Type") ?? "").startsWith("text/plain");
  if (plain && request.responseText.length < 400) return request.responseText;
  return word(request.status === 413 ? "failed413" : request.status === 429 ? "failed429" : "failedOther");
}

function send(place: HTMLElement, file: File): void {
  const form = place.closest("form");
  const line = row(place, file);
  const request = new XMLHttpRequest();
  const body = new FormData();
  body.append("file", file);
  request.open("POST", place.dataset["uploads"] ?? "");
  request.setRequestHeader("X-CSRFToken",
    document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content
    ?? form?.querySelector<HTMLInputElement>("input[name=csrfmiddlewaretoken]")?.value ?? "");
  request.upload.addEventListener("progress", (event) => {
    const bar = line.querySelector("progress");
    if (bar && event.lengthComputable) bar.value = (100 * event.loaded) / event.total;
  });
  request.addEventListener("load", () => {
    if (request.status === 200) done(place, line, JSON.parse(request.responseText) as Taken);
    else failed(line, said(request));
  });
  request.addEventListener("error", () => failed(line, word("failedNetwork")));
  request.addEventListener("loadend", () => count(form, -1));
  line.addEventListener("up-off", () => request.abort());
  count(form, 1);
  request.send(body);
}

function take(place: HTMLElement, files: Iterable<File>): void {
  for (const file of files) {
    const most = Number(place.dataset["most"]);
    if (place.querySelectorAll(".up:not(.bad)").length >= most) {
      toast(word("tooManyFiles", { n: most }));
      return;
    }
    if (file.size > Number(place.dataset["bytes"])) {
      failed(row(place, file), word("fileTooLarge", { n: Math.floor(Number(place.dataset["bytes"]) / 1048576) }));
    } else send(place, file);
  }
}

function filesOf(data: DataTransfer | null): File[] {
  return [...(data?.files ?? [])];
}

export function startUploads(): void {
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement) || input.type !== "file") return;
    const place = input.closest<HTMLElement>("[data-uploads]");
    if (!place) return;
    take(place, [...(input.files ?? [])]);
    input.value = ""; // they are sent by themselves, not once more with the form
  });
  document.addEventListener("paste", (event) => {
    const place = event.target instanceof Element ? placeOf(event.target) : null;
    const files = filesOf(event.clipboardData);
    if (!place || files.length === 0) return;
    event.preventDefault();
    take(place, files);
  });
  document.addEventListener("dragover", (event) => {
    const place = event.target instanceof Element ? placeOf(event.target) : null;
    if (!place || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    place.closest("form")?.classList.add("drop-here");
  });
  document.addEventListener("dragleave", (event) => {
    if (event.target instanceof Element) event.target.closest("form.drop-here")?.classList.remove("drop-here");
  });
  document.addEventListener("drop", (event) => {
    const place = event.target instanceof Element ? placeOf(event.target) : null;
    const files = filesOf(event.dataTransfer);
    place?.closest("form")?.classList.remove("drop-here");
    if (!place || files.length === 0) return;
    event.preventDefault();
    take(place, files);
  });
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-up-off]") : null;
    const line = button?.closest(".up");
    const place = line?.closest<HTMLElement>("[data-uploads]");
    if (!line || !place) return;
    line.dispatchEvent(new Event("up-off"));
    line.remove();
    relax(place);
    place.querySelector<HTMLInputElement>("input[type=file]")?.focus();
  });
  // Pressing Enter sends a form past its locked button: not while a file is under way.
  document.addEventListener("submit", (event) => {
    if (!(event.target instanceof HTMLFormElement) || !((going.get(event.target) ?? 0) > 0)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    toast(word("filesGoing"));
  }, true);
}
