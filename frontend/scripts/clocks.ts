// Times that move: <time data-relative> says how long ago, [data-due] counts a clock down.
import { word } from "./words";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const TICK = 20_000;

/** Only the counted words are refreshed; from "yesterday" on the server's text stays, it knows the time zone. */
function relative(element: HTMLTimeElement, now: number): void {
  const age = now - Date.parse(element.dateTime);
  const counted = element.dataset["counted"] !== "no";
  if (!counted || Number.isNaN(age) || age < 0 || age >= DAY) return;
  if (/\d[-:]\d/.test(element.textContent ?? "")) {
    element.dataset["counted"] = "no"; // the server wrote a date or a time of day
    return;
  }
  const text = age < MINUTE ? word("justNow")
    : age < HOUR ? word("minutesAgo", { n: Math.floor(age / MINUTE) })
      : word("hoursAgo", { n: Math.floor(age / HOUR) });
  if (element.textContent !== text) element.textContent = text;
}

/** The same rule as huixiang.ui.times.duration: two units at most; rough drops what no longer matters. */
export function length(milliseconds: number, rough: boolean): string {
  const minutes = Math.floor(milliseconds / MINUTE);
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60];
  const inHours = word("hours", { n: hours });
  if (days > 0) {
    const inDays = word("days", { n: days });
    return rough || hours === 0 ? inDays : `${inDays} ${inHours}`;
  }
  if (hours > 0) {
    return rest === 0 || (rough && hours >= 10) ? inHours : `${inHours} ${word("minutes", { n: rest })}`;
  }
  return word("minutes", { n: Math.max(rest, 1) });
}

function due(element: HTMLElement, now: number): void {
  const left = Date.parse(element.dataset["due"] ?? "") - now;
  if (Number.isNaN(left)) return;
  const time = length(Math.abs(left), element.dataset["dueLong"] === undefined);
  const text = word(left < 0 ? "over" : "left", { time });
  const place = element.querySelector("span") ?? element;
  if (place.textContent !== text) place.textContent = text;
  if (element.classList.contains("sla")) {
    element.classList.toggle("over", left < 0);
    element.classList.toggle("soon", left >= 0 && left < HOUR);
    element.querySelector(".ti")?.classList.replace(left < 0 ? "ti-clock" : "ti-alarm", left < 0 ? "ti-alarm" : "ti-clock");
  } else {
    element.classList.toggle("danger", left < 0);
  }
}

function tick(): void {
  const now = Date.now();
  document.querySelectorAll<HTMLTimeElement>("time[data-relative]").forEach((element) => relative(element, now));
  document.querySelectorAll<HTMLElement>("[data-due]").forEach((element) => due(element, now));
}

export function startClocks(): void {
  window.setInterval(tick, TICK);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) tick();
  });
}
