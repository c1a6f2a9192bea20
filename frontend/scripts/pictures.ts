// Pictures: <input type="file" data-pictures="#place"> shows what was chosen; a picture pasted into the form's
// textarea joins the chosen ones.

function show(input: HTMLInputElement): void {
  const place = document.querySelector<HTMLElement>(input.dataset["pictures"] ?? "");
  if (!place) return;
  place.replaceChildren(...[...(input.files ?? [])].map(figure));
}

/** The name stands for the picture: it needs no address, and the policy allows no blob: images. */
function figure(file: File): HTMLElement {
  const box = document.createElement("figure");
  box.className = "hx-tag";
  const icon = document.createElement("i");
  icon.className = "ti ti-photo";
  icon.setAttribute("aria-hidden", "true");
  box.append(icon, file.name);
  return box;
}

function join(input: HTMLInputElement, pasted: File[]): void {
  const all = new DataTransfer();
  for (const file of [...(input.files ?? []), ...pasted]) all.items.add(file);
  input.files = all.files;
  show(input);
}

export function startPictures(): void {
  document.addEventListener("change", (event) => {
    if (event.target instanceof HTMLInputElement && event.target.dataset["pictures"]) show(event.target);
  });
  document.addEventListener("paste", (event) => {
    const form = event.target instanceof Element ? event.target.closest("form") : null;
    const input = form?.querySelector<HTMLInputElement>("input[type=file][data-pictures]");
    const pasted = [...(event.clipboardData?.files ?? [])].filter((file) => file.type.startsWith("image/"));
    if (!input || pasted.length === 0) return;
    event.preventDefault();
    join(input, pasted);
  });
}
