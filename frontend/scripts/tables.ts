// Tables on the phone: each row becomes a card, and each cell says the word of its column (see phone.css).

function label(table: HTMLTableElement): void {
  const heads = [...table.querySelectorAll<HTMLElement>("thead th")].map((head) => head.textContent?.trim() ?? "");
  for (const row of table.querySelectorAll("tbody tr")) {
    [...row.children].forEach((cell, at) => {
      const said = heads[at];
      if (cell instanceof HTMLElement && said && cell.getAttribute("colspan") === null) cell.dataset["label"] = said;
    });
  }
}

function labelAll(): void {
  document.querySelectorAll<HTMLTableElement>("table.table").forEach(label);
}

export function startTables(): void {
  labelAll();
  document.addEventListener("htmx:afterSettle", labelAll);
}
