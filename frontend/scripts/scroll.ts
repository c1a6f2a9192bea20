// Scrolling: a conversation opens at its end.

/** Scroll every [data-bottom] in (or around) an element to its end. */
export function toBottom(within: ParentNode): void {
  const places = [...within.querySelectorAll<HTMLElement>("[data-bottom]")];
  if (within instanceof HTMLElement && within.matches("[data-bottom]")) places.push(within);
  for (const place of places) place.scrollTop = place.scrollHeight;
}
