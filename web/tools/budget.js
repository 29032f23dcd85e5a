// Fails the build when a first load is heavier than its budget. There are two: what a stranger
// waits for (the door) and what somebody signed in waits for (the list and a room). Each is what
// index.html names, its screen, the texts of one language, and all that those import.
import { readFileSync, readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const screens = [
  { name: 'door', limit: 30_000, chunks: ['door', 'en', 'more.en'] },
  { name: 'room', limit: 60_000, chunks: ['inside', 'en'] },
];
const lazyLimit = 25_000;
const dist = new URL('../dist/', import.meta.url);
const assets = readdirSync(new URL('assets/', dist));
const sizes = new Map(
  assets
    .filter((name) => /\.(js|css)$/.test(name))
    .map((name) => [name, gzipSync(readFileSync(new URL(`assets/${name}`, dist)), { level: 9 }).length]),
);

const read = (name) => readFileSync(new URL(`assets/${name}`, dist), 'utf8');
const scripts = assets.filter((name) => name.endsWith('.js'));

/** The styles that come with a chunk, as those who import it later say. */
const styles = new Map();
for (const code of scripts.map(read)) {
  const files = [...(/m\.f=\[([^\]]*)\]/.exec(code)?.[1] ?? '').matchAll(/assets\/([^"]+)"/g)].map(([, file]) => file);
  for (const [, chunk, list] of code.matchAll(/import\([`"']\.\/([^`"']+)[`"']\)[^,]*,__vite__mapDeps\(\[([\d,]*)\]/g)) {
    styles.set(chunk, list.split(',').filter(Boolean).map((index) => files[Number(index)]));
  }
}

/** A chunk, what it imports, and its styles. */
function load(name, into) {
  if (into.has(name)) return;
  into.add(name);
  if (!name.endsWith('.js')) return;
  for (const [, imported] of read(name).matchAll(/(?:from|import)\s*["']\.\/([^"']+)["']/g)) load(imported, into);
  for (const style of styles.get(name) ?? []) load(style, into);
}

/** The one file of a chunk; without it the sum would be too small, and nobody would see it. */
function fileOf(chunk) {
  const found = scripts.filter((name) => name.startsWith(`${chunk}-`) && name.length === chunk.length + '-12345678.js'.length);
  if (found.length !== 1) throw new Error(`the chunk "${chunk}" is not in dist/ (tools/budget.js)`);
  return found[0];
}

const index = readFileSync(new URL('index.html', dist), 'utf8');
let failed = false;
const first = new Set();
for (const screen of screens) {
  screen.files = new Set();
  for (const name of sizes.keys()) if (index.includes(name)) load(name, screen.files);
  for (const chunk of screen.chunks) load(fileOf(chunk), screen.files);
  for (const name of screen.files) first.add(name);
}
for (const [name, size] of [...sizes].sort((a, b) => b[1] - a[1])) {
  const loads = screens.filter(({ files }) => files.has(name)).map((screen) => screen.name);
  if (!first.has(name) && size > lazyLimit) failed = true;
  console.log(`${String(size).padStart(7)}  ${(loads.join(' ') || 'lazy').padEnd(9)}  ${name}`);
}
for (const { name, limit, files } of screens) {
  let sum = 0;
  for (const file of files) sum += sizes.get(file);
  console.log(`${String(sum).padStart(7)}  first load of the ${name}, limit ${limit}`);
  if (sum > limit) failed = true;
}
if (failed) {
  console.error('The bundle is over its budget.');
  process.exit(1);
}
