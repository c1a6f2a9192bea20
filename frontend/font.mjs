// The icon font cut down to the icons we use: 500 kB become a few. The whole font holds 6,000 glyphs as outlines;
// those not named stay as empty glyphs (so that no number changes), the names and ligatures go, and the rest is
// packed as WOFF2 (W3C WOFF 2.0, tables untransformed). Tables and offsets: OpenType 1.9, "glyf", "loca", "cmap".
import { brotliCompressSync, constants } from "node:zlib";

/** Tables a browser needs, with their numbers in WOFF2's list of known tags; loca must follow glyf. */
const KNOWN = { cmap: 0, head: 1, hhea: 2, hmtx: 3, maxp: 4, name: 5, "OS/2": 6, post: 7, glyf: 10, loca: 11 };
const NOT_TRANSFORMED = 3 << 6;

function tablesOf(font) {
  const tables = {};
  for (let i = 0; i < font.readUInt16BE(4); i += 1) {
    const at = 12 + 16 * i;
    const start = font.readUInt32BE(at + 8);
    tables[font.toString("latin1", at, at + 4)] = font.subarray(start, start + font.readUInt32BE(at + 12));
  }
  return tables;
}

/** Which glyph stands for a code point, read from the format 12 subtable: the icons lie in private areas, some beyond 16 bits. */
function glyphOf(cmap, codePoint) {
  for (let i = 0; i < cmap.readUInt16BE(2); i += 1) {
    const table = cmap.subarray(cmap.readUInt32BE(4 + 8 * i + 4));
    if (table.readUInt16BE(0) !== 12) continue;
    for (let group = 0; group < table.readUInt32BE(12); group += 1) {
      const at = 16 + 12 * group;
      const first = table.readUInt32BE(at);
      if (codePoint >= first && codePoint <= table.readUInt32BE(at + 4)) {
        return table.readUInt32BE(at + 8) + codePoint - first;
      }
    }
  }
  throw new Error(`the icon font has no glyph for U+${codePoint.toString(16)}`);
}

/** A cmap of one format 12 subtable, a group for each code point. */
function cmapOf(pairs) {
  const table = Buffer.alloc(12 + 16 + 12 * pairs.length);
  table.writeUInt16BE(1, 2);
  table.writeUInt16BE(3, 4);
  table.writeUInt16BE(10, 6);
  table.writeUInt32BE(12, 8);
  table.writeUInt16BE(12, 12);
  table.writeUInt32BE(16 + 12 * pairs.length, 16);
  table.writeUInt32BE(pairs.length, 24);
  pairs.forEach(([codePoint, glyph], index) => {
    [codePoint, codePoint, glyph].forEach((value, part) => table.writeUInt32BE(value, 28 + 12 * index + 4 * part));
  });
  return table;
}

/** Outlines of the kept glyphs only; every other one has length zero. */
function outlines(tables, kept) {
  const count = tables.maxp.readUInt16BE(4);
  const long = tables.head.readUInt16BE(50) === 1;
  const offset = (glyph) => (long ? tables.loca.readUInt32BE(4 * glyph) : 2 * tables.loca.readUInt16BE(2 * glyph));
  const loca = Buffer.alloc(4 * (count + 1));
  const parts = [];
  let at = 0;
  for (let glyph = 0; glyph < count; glyph += 1) {
    loca.writeUInt32BE(at, 4 * glyph);
    const outline = tables.glyf.subarray(offset(glyph), offset(glyph + 1));
    if (!kept.has(glyph) || outline.length === 0) continue;
    if (outline.readInt16BE(0) < 0) throw new Error("the icon font has a composite glyph, which is not read here");
    parts.push(outline, Buffer.alloc(-outline.length & 3));
    at += (outline.length + 3) & ~3;
  }
  loca.writeUInt32BE(at, 4 * count);
  const head = Buffer.from(tables.head);
  head.writeUInt16BE(1, 50);
  return { glyf: Buffer.concat(parts), loca, head };
}

/** The post table without glyph names: version 3. */
function nameless(post) {
  const short = Buffer.from(post.subarray(0, 32));
  short.writeUInt32BE(0x00030000, 0);
  return short;
}

/** WOFF2's variable-length number: seven bits a byte, the highest first. */
function base128(value) {
  const bytes = [value & 127];
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) bytes.unshift((rest & 127) | 128);
  return Buffer.from(bytes);
}

function woff2(tables) {
  const names = Object.keys(KNOWN);
  const directory = Buffer.concat(names.flatMap((name) => {
    const flags = KNOWN[name] | (name === "glyf" || name === "loca" ? NOT_TRANSFORMED : 0);
    return [Buffer.from([flags]), base128(tables[name].length)];
  }));
  const stream = Buffer.concat(names.map((name) => tables[name]));
  const packed = brotliCompressSync(stream, {
    params: { [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_FONT, [constants.BROTLI_PARAM_QUALITY]: 11 },
  });
  const header = Buffer.alloc(48);
  const used = header.length + directory.length + packed.length;
  const padding = Buffer.alloc(-used & 3);
  header.write("wOF2", 0, "latin1");
  header.writeUInt32BE(0x00010000, 4);
  header.writeUInt32BE(used + padding.length, 8);
  header.writeUInt16BE(names.length, 12);
  const unpacked = names.reduce((sum, name) => sum + ((tables[name].length + 3) & ~3), 12 + 16 * names.length);
  header.writeUInt32BE(unpacked, 16);
  header.writeUInt32BE(packed.length, 20);
  header.writeUInt16BE(1, 24);
  return Buffer.concat([header, directory, packed, padding]);
}

/** The WOFF2 file of a TrueType font with nothing but the given code points. */
export function subset(font, codePoints) {
  const tables = tablesOf(font);
  const pairs = [...codePoints].sort((a, b) => a - b).map((point) => [point, glyphOf(tables.cmap, point)]);
  const kept = new Set([0, ...pairs.map(([, glyph]) => glyph)]);
  return woff2({ ...tables, ...outlines(tables, kept), cmap: cmapOf(pairs), post: nameless(tables.post) });
}
