// Dialogs: [data-open="#id"] opens a <dialog>; hx-confirm and data-confirm ask in one of ours.
import { word } from "./words";

/** Ask once, naming what will go; true when the person agrees. */
export function ask(question: string): Promise<boolean> {
  const dialog = document.createElement("dialog");
  dialog.className = "dlg";
  const text = document.createElement("p");
  text.textContent = question;
  const form = document.createElement("form");
  form.method = "dialog";
  form.className = "acts";
  form.append(choice("no", word("cancel"), "btn btn-line btn-q"), choice("yes", word("confirm"), "btn btn-primary"));
  dialog.append(text, form);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}

function choice(value: string, label: string, look: string): HTMLButtonElement {
  const button = document.createElement("button");
  button.value = value;
  button.className = look;
  button.textContent = label;
  return button;
}

interface ConfirmDetail {
  question: string | null;
  issueRequest(skipConfirmation: boolean): void;
}

export function startDialogs(): void {
  document.addEventListener("click", (event) => {
    const opener = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-open]") : null;
    if (!opener) return;
    const dialog = document.querySelector(opener.dataset["open"] ?? "");
    if (dialog instanceof HTMLDialogElement) dialog.showModal();
  });
  document.addEventListener("htmx:confirm", (event) => {
    const detail = (event as CustomEvent<ConfirmDetail>).detail;
    if (!detail.question) return;
    event.preventDefault();
    void ask(detail.question).then((agreed) => {
      if (agreed) detail.issueRequest(true);
    });
  });
  // The same for forms without htmx: <form data-confirm="…">. Captured, so that nothing is sent or locked before.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.dataset["confirm"]) return;
    if (form.dataset["agreed"] === "yes") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const button = event.submitter;
    void ask(form.dataset["confirm"]).then((agreed) => {
      if (!agreed) return;
      form.dataset["agreed"] = "yes";
      form.requestSubmit(button);
      delete form.dataset["agreed"];
    });
  }, true);
}
