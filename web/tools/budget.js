// Fails the build when the first load is heavier than its budget: what a newcomer waits for is
// what index.html names (script and style), the chunk of one language, and all that those import.
import { readFileSync, readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const limit = 60_000;
const warning = 50_000;
const lazyLimit = 25_000;
const dist = new URL('../dist/', import.meta.url);
const assets = readdirSync(new URL('assets/', dist));
const sizes = new Map(
  assets
    .filter((name) => /\.(js|css)$/.test(name))
    .map((name) => [name, gzipSync(readFileSync(new URL(`assets/${name}`, dist)), { level: 9 }).length]),
);

const index = readFileSync(new URL('index.html', dist), 'utf8');
const first = new Set();
const visit = (name) => {
  if (first.has(name)) return;
  first.add(name);
  if (!name.endsWith('.js')) return;
  const code = readFileSync(new URL(`assets/${name}`, dist), 'utf8');
  for (const [, imported] of code.matchAll(/from\s*["']\.\/([^"']+)["']/g)) visit(imported);
};
for (const name of sizes.keys()) if (index.includes(name)) visit(name);
const language = assets.find((name) => /^en-.*\.js$/.test(name));
if (language) visit(language);

let sum = 0;
let failed = false;
for (const [name, size] of [...sizes].sort((a, b) => b[1] - a[1])) {
  const lazy = !first.has(name);
  if (!lazy) sum += size;
  if (lazy && size > lazyLimit) failed = true;
  console.log(`${String(size).padStart(7)}  ${lazy ? 'lazy ' : 'first'}  ${name}`);
}
console.log(`${String(sum).padStart(7)}  first load, limit ${limit}`);
if (sum > warning) console.warn(`The first load is above ${warning} bytes.`);
if (sum > limit || failed) {
  console.error('The bundle is over its budget.');
  process.exit(1);
}
