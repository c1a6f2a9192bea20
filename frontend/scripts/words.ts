// The words this code says by itself. They come translated in <meta name="hx-words">; see ui/browser_words.py.

let table: Record<string, string> | undefined;

function load(): Record<string, string> {
  const content = document.querySelector<HTMLMetaElement>('meta[name="hx-words"]')?.content ?? "{}";
  return JSON.parse(content) as Record<string, string>;
}

/** The sentence of that key, with {n} or {time} filled in; the key itself when a page carries no words. */
export function word(key: string, values: Record<string, string | number> = {}): string {
  table ??= load();
  const sentence = table[key] ?? key;
  return sentence.replace(/\{(\w+)\}/g, (_whole, name: string) => String(values[name] ?? ""));
}
