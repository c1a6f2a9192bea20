// Light or dark, before the first paint: loaded without defer in <head>. The person's choice wins over the system's.

const KEY = "hx-theme";
const root = document.documentElement;
const system = window.matchMedia("(prefers-color-scheme: dark)");

function chosen(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // storage may be forbidden; the system's preference still holds
  }
}

function apply(): void {
  root.dataset["bsTheme"] = chosen() ?? (system.matches ? "dark" : "light");
}

function turn(): void {
  const next = root.dataset["bsTheme"] === "dark" ? "light" : "dark";
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // not kept, but shown for this page
  }
  root.dataset["bsTheme"] = next;
}

apply();
system.addEventListener("change", apply);
window.addEventListener("storage", (event) => {
  if (event.key === KEY) apply(); // another tab changed it
});
document.addEventListener("click", (event) => {
  if (event.target instanceof Element && event.target.closest("[data-theme-switch]")) turn();
});
