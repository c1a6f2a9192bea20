// What of Tabler goes into our stylesheets. The whole of it is 620 kB, of which we use buttons, cards, fields,
// tables and the plain spacing classes; a rule stays when every class in its selector is on the list below.
import { readFileSync } from "node:fs";
import { subset } from "./font.mjs";

/** Classes that stay, whole names only. A page that needs another one adds it here. */
const KEEP = [
  /^btn(-(primary|sm|lg|group|icon|link|list|close))?$/,
  /^card(-(body|header|title))?$/,
  /^form-(control|select|label|check|check-input|check-label|switch|text|hint|range)(-(sm|lg|inline|plaintext))?$/,
  /^(is-invalid|is-valid|invalid-feedback|input-group|input-group-text|input-icon|input-icon-addon)$/,
  /^table(-(responsive|sm|hover))?$/,
  /^progress(-bar)?$/,
  /^visually-hidden(-focusable)?$/,
  /^[mp][tbsexy]?-([0-5]|auto)$/,
  /^gap-[0-5]$/,
  /^d-(none|block|inline|inline-block|flex|inline-flex|grid)$/,
  /^(flex-(fill|row|column|wrap|nowrap|grow-1|shrink-0)|align-(items|self)-\w+|justify-content-\w+)$/,
  /^(w-100|h-100|mw-100|min-w-0|text-(start|end|center|truncate|nowrap|break|body|wrap)|overflow-(auto|hidden))$/,
  /^(active|disabled|show)$/,
];

const keeps = (name) => KEEP.some((pattern) => pattern.test(name));

/** The classes a selector needs to match; those inside :not() do not have to be there. */
function classesOf(selector) {
  const bare = selector.replace(/:not\([^)]*\)/g, "");
  return [...bare.matchAll(/\.(-?[A-Za-z_][\w-]*)/g)].map((match) => match[1]);
}

/** Split at top-level commas: `:is(a,b)` is one selector. */
function selectorsOf(prelude) {
  const parts = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < prelude.length; i += 1) {
    if (prelude[i] === "(" || prelude[i] === "[") depth += 1;
    else if (prelude[i] === ")" || prelude[i] === "]") depth -= 1;
    else if (prelude[i] === "," && depth === 0) {
      parts.push(prelude.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(prelude.slice(start));
  return parts.map((part) => part.trim()).filter(Boolean);
}

/** Index just behind the block that opens at `open`; quotes are skipped, since SVG images contain braces. */
function endOfBlock(css, open) {
  let depth = 0;
  let quote = "";
  for (let i = open; i < css.length; i += 1) {
    const char = css[i];
    if (quote) {
      if (char === quote && css[i - 1] !== "\\") quote = "";
    } else if (char === '"' || char === "'") quote = char;
    else if (char === "{") depth += 1;
    else if (char === "}" && (depth -= 1) === 0) return i + 1;
  }
  throw new Error("Tabler's stylesheet ends inside a block");
}

/** Walk the rules of a stylesheet and return only what stays. */
export function prune(css) {
  const source = css.replace(/\/\*[\s\S]*?\*\//g, "").replace(/@charset[^;]*;/, "");
  let out = "";
  let at = 0;
  for (;;) {
    const open = source.indexOf("{", at);
    if (open < 0) return out;
    const prelude = source.slice(at, open).trim();
    const end = endOfBlock(source, open);
    out += keptRule(prelude, source.slice(open + 1, end - 1));
    at = end;
  }
}

function keptRule(prelude, body) {
  if (/^@(media|supports|container|layer)/.test(prelude)) {
    const inner = prune(body);
    return inner ? `${prelude}{${inner}}\n` : "";
  }
  if (prelude.startsWith("@")) return "";
  const kept = selectorsOf(prelude).filter((selector) => classesOf(selector).every(keeps));
  return kept.length ? `${kept.join(",")}{${body}}\n` : "";
}

/** The icon font and its stylesheet reduced to the icons of icons.json; an unknown name stops the build. */
export function iconStyles(weight, folder, names) {
  const css = readFileSync(`${folder}/tabler-icons${weight}.min.css`, "utf8");
  const family = `tabler-icons${weight}`;
  const rules = names.map((name) => {
    const found = new RegExp(`\\.ti-${name}:before\\{[^}]*\\}`).exec(css);
    if (!found) throw new Error(`icons.json names "${name}", which the icon font does not have`);
    return found[0];
  });
  const styles = `@font-face{font-family:"${family}";font-style:normal;font-weight:400;font-display:block;`
    + `src:url("icon-font:${family}") format("woff2")}\n`
    + `.ti{font-family:"${family}"!important;font-style:normal;font-weight:400;font-variant:normal;`
    + "text-transform:none;line-height:1;-webkit-font-smoothing:antialiased}\n"
    + rules.join("\n");
  const codePoints = rules.map((rule) => parseInt(/content:"\\([0-9a-f]+)"/.exec(rule)[1], 16));
  return { styles, font: subset(readFileSync(`${folder}/fonts/${family}.ttf`), codePoints) };
}
