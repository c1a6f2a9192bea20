// npm run build: styles and browser code → src/huixiang/ui/static/ui/build/ (not in git, shipped in the wheel).
// File names carry no hash: Django's static storage adds one. All url() in the styles stay relative for the same reason.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, statSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { iconStyles, prune } from "./tabler.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "src", "huixiang", "ui", "static", "ui", "build");
const icons = JSON.parse(readFileSync(join(here, "icons.json"), "utf8"));

const fonts = new Map();

/** `@import "tabler:core"` and `@import "tabler:icons…"`: Tabler, cut down. */
const tabler = {
  name: "tabler",
  setup(setup) {
    const modules = join(here, "node_modules", "@tabler");
    setup.onResolve({ filter: /^tabler:/ }, (args) => ({ path: args.path.slice(7), namespace: "tabler" }));
    setup.onLoad({ filter: /.*/, namespace: "tabler" }, (args) => {
      if (args.path === "core") {
        const whole = readFileSync(join(modules, "core", "dist", "css", "tabler.min.css"), "utf8");
        return { contents: prune(whole), loader: "css", resolveDir: here };
      }
      const { styles, font } = iconStyles(args.path.slice(5), join(modules, "icons-webfont", "dist"), icons);
      fonts.set(args.path, font);
      return { contents: styles, loader: "css", resolveDir: here };
    });
    setup.onResolve({ filter: /^icon-font:/ }, (args) => ({ path: `${args.path.slice(10)}.woff2`, namespace: "icon-font" }));
    setup.onLoad({ filter: /.*/, namespace: "icon-font" }, (args) => (
      { contents: fonts.get(args.path.replace("tabler-icons", "icons").replace(".woff2", "")), loader: "file" }
    ));
  },
};

/** Images written into the styles as data: addresses become files, so that the page's policy needs no `data:`. */
function imagesToFiles(file) {
  const css = readFileSync(file, "utf8");
  const changed = css.replace(/url\((["']?)data:image\/svg\+xml[,;]([\s\S]*?)\1\)/g, (whole, quote, data) => {
    if (!quote || data.startsWith("base64")) throw new Error(`cannot read the image ${whole.slice(0, 60)}`);
    const svg = decodeURIComponent(data.replace(/^charset=utf-?8,/i, "").replace(/\\(["'])/g, "$1"));
    const name = `img/${createHash("sha256").update(svg).digest("hex").slice(0, 10)}.svg`;
    mkdirSync(join(out, "img"), { recursive: true });
    writeFileSync(join(out, name), svg);
    return `url("${name}")`;
  });
  writeFileSync(file, changed);
}

function sizes(folder, prefix = "") {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sizes(path, `${prefix}${entry.name}/`);
    return [{ name: prefix + entry.name, bytes: statSync(path).size, gzip: gzipSync(readFileSync(path)).length }];
  });
}

rmSync(out, { recursive: true, force: true });
await build({
  entryPoints: ["styles/desk.css", "styles/portal.css", "scripts/desk.ts", "scripts/portal.ts", "scripts/theme.ts"],
  absWorkingDir: here,
  entryNames: "[name]",
  assetNames: "fonts/[name]",
  outdir: out,
  bundle: true,
  minify: true,
  format: "iife",
  target: ["es2020"],
  supported: { nesting: true },
  legalComments: "none",
  charset: "utf8",
  plugins: [tabler],
  logLevel: "warning",
});
for (const name of ["desk.css", "portal.css"]) imagesToFiles(join(out, name));
const files = sizes(out).filter((file) => !file.name.startsWith("img/"));
for (const file of files) console.log(`${file.name}  ${file.bytes} B, gzip ${file.gzip} B`);
