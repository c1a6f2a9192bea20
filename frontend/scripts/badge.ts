// How many cases, alerts and war rooms wait, on the rail of every page: asked for every half minute and after whatever was done.
import { toast } from "./toast";

interface News {
  id: string;
  said: string;
}

const TOLD = "hx-told";
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

/** What is told once on this device, on whatever page somebody is: a verdict on their answer. It stays under the alerts. */
function tell(news: News[]): void {
  let known: string[] = [];
  try {
    known = JSON.parse(localStorage.getItem(TOLD) ?? "[]") as string[];
    localStorage.setItem(TOLD, JSON.stringify(news.map(({ id }) => id)));
  } catch {
    return; // without storage it would be said every half minute
  }
  for (const { id, said } of news) if (!known.includes(id)) toast(said);
}

async function ask(place: string): Promise<void> {
  const [first] = links(place);
  if (!first || document.hidden) return;
  try {
    const answer = await fetch(`${first.href}badge/`, { headers: { Accept: "application/json" } });
    if (!answer.ok || answer.redirected) return;
    const told = (await answer.json()) as { count: number; label: string; news?: News[] };
    for (const link of marked(place)) show(link, told.count, told.label);
    if (told.news) tell(told.news);
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
