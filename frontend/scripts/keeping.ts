// A long form is kept on this device field by field until it is sent: <form data-keep="name">.
const PREFIX = "hx-form:";
type Kept = Record<string, string>;

function read(form: HTMLFormElement): Kept {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + (form.dataset["keep"] ?? "")) ?? "{}") as Kept;
  } catch {
    return {};
  }
}

function keep(form: HTMLFormElement): void {
  const kept: Kept = {};
  new FormData(form).forEach((value, name) => {
    if (typeof value === "string" && value && !["csrfmiddlewaretoken", "attachments", "member"].includes(name)) kept[name] = value;
  });
  try {
    localStorage.setItem(PREFIX + (form.dataset["keep"] ?? ""), JSON.stringify(kept));
  } catch {
    // without storage the form simply is not kept
  }
}

/** Fill in what is still empty: what the server sent back stands. */
function restore(form: HTMLFormElement): void {
  for (const [name, value] of Object.entries(read(form))) {
    for (const field of form.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>(`[name="${CSS.escape(name)}"]`)) {
      if (field instanceof HTMLInputElement && field.type === "radio") {
        if (field.value === value) field.checked = true;
      } else if (!field.value) field.value = value;
    }
  }
}

export function startKeeping(): void {
  document.querySelectorAll<HTMLFormElement>("form[data-keep]").forEach((form) => {
    restore(form);
    form.addEventListener("input", () => keep(form));
    form.addEventListener("submit", () => localStorage.removeItem(PREFIX + (form.dataset["keep"] ?? "")));
  });
}
