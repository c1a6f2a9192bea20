/** [data-print] prints the page; what is folded is opened for it. */
export function startPrinting(): void {
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element) || !event.target.closest("[data-print]")) return;
    document.querySelectorAll("details").forEach((details) => (details.open = true));
    window.print();
  });
}
