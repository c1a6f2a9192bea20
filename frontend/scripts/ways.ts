// Fields that belong to one choice of their form: hidden while another is chosen. What is hidden is still sent.
const WITH = "[data-only-with]";

function settle(form: HTMLFormElement): void {
  form.querySelectorAll<HTMLElement>(WITH).forEach((field) => {
    const [name = "", wanted = ""] = (field.dataset.onlyWith ?? "").split("=");
    const choice = form.elements.namedItem(name);
    if (choice instanceof HTMLSelectElement) field.hidden = choice.value !== wanted;
  });
}

export function startWays(): void {
  const forms = new Set(Array.from(document.querySelectorAll(WITH), (field) => field.closest("form")));
  forms.forEach((form) => {
    if (!form) return;
    settle(form);
    form.addEventListener("change", () => settle(form));
  });
}
