// The composer's helpers: / in an empty draft opens the templates, arrows walk along them, [data-fill] puts words into a
// field in place of what is there.

function templates(event: KeyboardEvent): void {
  const field = event.target;
  if (event.key !== "/" || event.isComposing || !(field instanceof HTMLTextAreaElement)) return;
  if (field.name !== "text" || field.value !== "" || field.form?.id !== "composer") return;
  const opener = document.querySelector<HTMLElement>("[data-slash]");
  if (!opener) return;
  event.preventDefault();
  opener.click();
}

/** Down from the search, up and down along what was found; Enter in the search takes the first. */
function walk(event: KeyboardEvent): void {
  const place = event.target instanceof Element ? event.target.closest(".tpl") : null;
  if (!place || !["ArrowDown", "ArrowUp", "Enter"].includes(event.key) || event.isComposing) return;
  const all = [...place.querySelectorAll<HTMLElement>("[data-walk] button")];
  const at = all.findIndex((one) => one === document.activeElement);
  const search = place.querySelector<HTMLElement>("[data-first]");
  if (event.key === "Enter") {
    if (document.activeElement !== search) return;
    event.preventDefault();
    all[0]?.click();
    return;
  }
  if (!(document.activeElement === search || at >= 0)) return;
  event.preventDefault();
  const next = at + (event.key === "ArrowDown" ? 1 : -1);
  (next < 0 ? search : all[Math.min(next, all.length - 1)])?.focus();
}

/** Enter in the time of an answer for later sends it then, not now. */
function later(event: KeyboardEvent): void {
  const place = event.target instanceof HTMLInputElement ? event.target.closest("#later") : null;
  if (!place || event.key !== "Enter") return;
  event.preventDefault();
  place.querySelector<HTMLElement>("button[value=at]")?.click();
}

function fill(button: HTMLElement): void {
  const field = document.querySelector(button.dataset["fillInto"] ?? "");
  if (!(field instanceof HTMLTextAreaElement)) return;
  field.value = button.dataset["fill"] ?? "";
  for (const other of button.parentElement?.children ?? []) other.classList.toggle("on", other === button);
  field.focus();
}

export function startDialogue(): void {
  document.addEventListener("keydown", templates);
  document.addEventListener("keydown", walk);
  document.addEventListener("keydown", later);
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-fill]") : null;
    if (button) fill(button);
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target instanceof HTMLElement && event.target.id === "templates") {
      event.target.querySelector<HTMLElement>("[data-first]")?.focus();
    }
  });
}
