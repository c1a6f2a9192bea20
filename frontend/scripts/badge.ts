// How many cases, alerts and war rooms wait, on the rail of every page: asked for every half minute and after whatever was done.
const EVERY_MS = 30_000;
const PLACES = ["/inbox/", "/alerts/", "/war-rooms/"];

function links(place: string): HTMLAnchorElement[] {
  const found = [".rail a.ri", ".tabbar a", ".menu a"].map((where) => `${where}[href$="${place}"]`);
  return [...document.querySelectorAll<HTMLAnchorElement>(found.join())];
}

/** On the phone the alerts are behind “More”, which shows their number as well. */
function marked(place: string): HTMLElement[] {
  const more = place === "/alerts/" ? '.tabbar button[popovertarget="me-menu"]' : "";
  return [...links(place), ...(more ? document.querySelectorAll<HTMLElement>(more) : [])];
}

function show(link: HTMLElement, count: number, label: string): void {
  let badge = link.querySelector<HTMLElement>(".n");
  if (count === 0) {
    badge?.remove();
    return;
  }
  if (!badge) {
    badge = document.createElement("span");
    badge.className = "n";
    link.append(badge);
  }
  badge.textContent = count > 99 ? "99+" : String(count);
  badge.setAttribute("aria-label", label);
}

async function ask(place: string): Promise<void> {
  const [first] = links(place);
  if (!first || document.hidden) return;
  try {
    const answer = await fetch(`${first.href}badge/`, { headers: { Accept: "application/json" } });
    if (!answer.ok || answer.redirected) return;
    const told = (await answer.json()) as { count: number; label: string };
    for (const link of marked(place)) show(link, told.count, told.label);
  } catch {
    // without a connection the number stays as it was
  }
}

function refresh(): void {
  for (const place of PLACES) void ask(place);
}

export function startBadge(): void {
  if (!PLACES.some((place) => links(place).length > 0)) return;
  void ask("/alerts/"); // the page comes with the number of cases, not with these
  void ask("/war-rooms/");
  window.setInterval(refresh, EVERY_MS);
  document.addEventListener("visibilitychange", refresh);
  document.addEventListener("htmx:afterRequest", (event) => {
    const { requestConfig } = (event as CustomEvent<{ requestConfig?: { verb: string; elt: Element } }>).detail;
    if (requestConfig?.verb === "post") refresh();
  });
}
