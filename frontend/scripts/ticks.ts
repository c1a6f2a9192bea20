// Ticks: a box that ticks its whole group, a button that counts what is ticked, filters that send themselves.

function boxes(group: Element): HTMLInputElement[] {
  return [...group.querySelectorAll<HTMLInputElement>("input[type=checkbox]:not([data-tick-all])")];
}

function level(group: Element): void {
  const all = group.querySelector<HTMLInputElement>("[data-tick-all]");
  if (!all) return;
  const ticked = boxes(group).filter((box) => box.checked).length;
  all.checked = ticked > 0 && ticked === boxes(group).length;
  all.indeterminate = ticked > 0 && !all.checked;
}

/** [data-ticked=name] says how many boxes of that name are ticked in its form, and waits for data-fewest of them. */
function count(button: HTMLButtonElement): void {
  const name = CSS.escape(button.dataset["ticked"] ?? "");
  const ticked = button.form?.querySelectorAll(`input[name="${name}"]:checked`).length ?? 0;
  button.disabled = ticked < Number(button.dataset["fewest"] ?? "1");
  const place = button.querySelector("[data-count]");
  if (place) place.textContent = ticked ? ` ${ticked}` : "";
}

function refresh(): void {
  document.querySelectorAll("[data-ticks]").forEach(level);
  document.querySelectorAll<HTMLButtonElement>("button[data-ticked]").forEach(count);
}

export function startTicks(): void {
  // Captured: the group is ticked before htmx reads the form for what the change asks of the server.
  document.addEventListener("change", (event) => {
    const field = event.target;
    if (field instanceof HTMLInputElement && field.matches("[data-tick-all]")) {
      const group = field.closest("[data-ticks]");
      if (group) boxes(group).forEach((box) => (box.checked = field.checked));
    }
    refresh();
    if (field instanceof HTMLElement) field.closest<HTMLFormElement>("form[data-narrow]")?.requestSubmit();
  }, true);
  document.addEventListener("htmx:afterSettle", refresh);
  refresh();
}
