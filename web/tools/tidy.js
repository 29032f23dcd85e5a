// What a linter does not know about this page. Each rule says what to do instead.
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

const root = new URL('..', import.meta.url).pathname;
const linesMax = 400;
const faults = [];

const rules = [
  {
    where: /^src\//,
    pattern: /\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write)\b/,
    say: 'makes HTML from a string; build elements instead (the policy `solid` is for templates only)',
  },
  {
    where: /^src\/view\//,
    pattern: /function [A-Z]\w*\(\s*\{/,
    say: 'destructures props, which loses their reactivity; take `props` whole',
  },
  {
    where: /^src\/view\/.*\.tsx$/,
    pattern: /\bstyle="/,
    say: 'is an inline style, which the content security policy refuses; use a class or a custom property',
  },
  {
    where: /^src\/view\/.*\.tsx$/,
    pattern: /(?<!=)>[^<>{}()=;]*[A-Za-z]{2,}[^<>{}()=;]*<\/|\b(?:aria-label|title|placeholder|alt)="[^"]*[A-Za-z]/,
    say: 'has text in a view; put it into src/text/en.ts and de.ts',
  },
  {
    where: /^src\/model\//,
    pattern: /from '(?:\.\.\/(?:link|view)|solid-js|centrifuge|idb-keyval)/,
    say: 'lets the model know link, view or a framework; the model is plain TypeScript',
  },
  { where: /^(src|test|e2e)\//, pattern: /\b(TODO|FIXME|XXX)\b/, say: 'leaves a task in the code' },
  {
    where: /^(test|e2e)\//,
    pattern: /waitForTimeout|setTimeout\(\s*resolve/,
    say: 'waits by sleeping; wait for a state',
  },
];

function check(path) {
  const name = relative(root, path);
  const lines = readFileSync(path, 'utf8').split('\n');
  if (lines.length > linesMax) faults.push(`${name}: ${lines.length} lines; one file, one idea`);
  lines.forEach((line, index) => {
    if (/^\s*(\/\/|\/?\*)/.test(line)) return;
    for (const rule of rules) {
      if (rule.where.test(name) && rule.pattern.test(line)) faults.push(`${name}:${index + 1} ${rule.say}`);
    }
  });
}

function walk(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) walk(path);
    else if (/\.(ts|tsx|css|js)$/.test(entry.name)) check(path);
  }
}

for (const folder of ['src', 'test', 'e2e', 'tools']) walk(join(root, folder));
for (const fault of faults) console.error(fault);
process.exit(faults.length ? 1 : 0);
