// Whether somebody writes: <input data-writing="#composer textarea"> is 1 while they type, and for half a minute after.
const RESTS_MS = 30_000;
let resting = 0;

function mark(value: string): void {
  document.querySelectorAll<HTMLInputElement>("input[data-writing]").forEach((field) => {
    if (field.value === value) return;
    field.value = value;
    // The first sign is told at once, not with the next round.
    field.parentElement?.querySelector(".others")?.dispatchEvent(new Event("told"));
  });
}

export function startPresence(): void {
  document.addEventListener("input", (event) => {
    const field = document.querySelector<HTMLInputElement>("input[data-writing]");
    if (!field || !(event.target instanceof Element) || !event.target.matches(field.dataset["writing"] ?? "")) return;
    mark("1");
    window.clearTimeout(resting);
    resting = window.setTimeout(() => mark(""), RESTS_MS);
  });
}
