// The board: a card is dragged to the column it belongs to; the server's form then asks what the step needs.
// Everything here can also be done with the card's own button.

interface Htmx {
  ajax(verb: string, path: string, target: string): Promise<void>;
}

let dragged: HTMLElement | null = null;

function column(event: DragEvent): HTMLElement | null {
  return event.target instanceof Element ? event.target.closest<HTMLElement>("[data-board] [data-status]") : null;
}

function takes(place: HTMLElement): boolean {
  const next = dragged?.dataset["next"]?.split(" ") ?? [];
  return next.includes(place.dataset["status"] ?? "");
}

function mark(on: boolean): void {
  document.querySelectorAll<HTMLElement>("[data-board] [data-status]").forEach((place) => {
    place.classList.toggle("takes", on && takes(place));
    place.classList.remove("over");
  });
}

function ask(card: HTMLElement, status: string): void {
  const htmx = (window as unknown as { htmx?: Htmx }).htmx;
  const dialog = document.getElementById("step-dlg");
  const address = `${card.dataset["moving"] ?? ""}?to=${encodeURIComponent(status)}`;
  if (!htmx || !(dialog instanceof HTMLDialogElement)) {
    window.location.assign(address);
    return;
  }
  void htmx.ajax("GET", address, "#step-body").then(() => dialog.showModal());
}

export function startBoard(): void {
  document.addEventListener("dragstart", (event) => {
    const card = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-moving]") : null;
    if (!card) return;
    dragged = card;
    event.dataTransfer?.setData("text/plain", card.querySelector("a")?.textContent ?? "");
    card.classList.add("held");
    mark(true);
  });
  document.addEventListener("dragend", () => {
    dragged?.classList.remove("held");
    dragged = null;
    mark(false);
  });
  document.addEventListener("dragover", (event) => {
    const place = dragged ? column(event) : null;
    document.querySelectorAll("[data-board] .over").forEach((one) => one.classList.toggle("over", one === place));
    if (!place || !takes(place)) return;
    event.preventDefault();
    place.classList.add("over");
  });
  document.addEventListener("drop", (event) => {
    const place = dragged ? column(event) : null;
    if (!dragged || !place || !takes(place)) return;
    event.preventDefault();
    ask(dragged, place.dataset["status"] ?? "");
  });
}
