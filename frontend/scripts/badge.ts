// How many cases wait, on the rail of every page: asked for every half minute and after whatever was done.
const EVERY_MS = 30_000;

function links(): HTMLAnchorElement[] {
  return [...document.querySelectorAll<HTMLAnchorElement>('.rail a.ri[href$="/inbox/"],.tabbar a[href$="/inbox/"]')];
}

function show(link: HTMLAnchorElement, count: number, label: string): void {
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

async function refresh(): Promise<void> {
  const [first] = links();
  if (!first || document.hidden) return;
  try {
    const answer = await fetch(`${first.href}badge/`, { headers: { Accept: "application/json" } });
    if (!answer.ok || answer.redirected) return;
    const told = (await answer.json()) as { count: number; label: string };
    for (const link of links()) show(link, told.count, told.label);
  } catch {
    // without a connection the number stays as it was
  }
}

export function startBadge(): void {
  if (links().length === 0) return;
  window.setInterval(() => void refresh(), EVERY_MS);
  document.addEventListener("visibilitychange", () => void refresh());
  document.addEventListener("htmx:afterRequest", (event) => {
    const { requestConfig } = (event as CustomEvent<{ requestConfig?: { verb: string; elt: Element } }>).detail;
    if (requestConfig?.verb === "post") void refresh();
  });
}
