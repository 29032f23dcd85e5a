// Puts the built page into the binary: each file as it is, and compressed by gzip and brotli where
// that is smaller. Writes OUT/page_data.S (the bytes) and OUT/page_table.cc (names, types, digests).
//   node embed_page.mjs DIST OUT
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { extname, join, relative } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const [dist, out] = process.argv.slice(2);
const types = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml', '.png': 'image/png', '.ico': 'image/x-icon', '.json': 'application/json',
  '.txt': 'text/plain; charset=utf-8', '.webmanifest': 'application/manifest+json',
};

const walk = (folder) => readdirSync(folder, { withFileTypes: true })
  .flatMap((entry) => (entry.isDirectory() ? walk(join(folder, entry.name)) : [join(folder, entry.name)])).sort();

mkdirSync(join(out, 'bodies'), { recursive: true });
let assembly = '.section .note.GNU-stack,"",@progbits\n.section .rodata\n';
let symbols = '';
let rows = '';
let number = 0;

function embed(bytes) {
  const name = `kith_page_${number++}`;
  const file = join(out, 'bodies', name);
  writeFileSync(file, bytes);
  assembly += `.global ${name}\n.balign 16\n${name}:\n.incbin "${file}"\n.byte 0\n`;
  symbols += `extern "C" const char ${name}[];\n`;
  return `{${name}, ${bytes.length}}`;
}

for (const file of walk(dist)) {
  const path = `/${relative(dist, file)}`;
  const type = types[extname(file)];
  if (!type) throw new Error(`${file}: no media type is known for ${extname(file)} (cmake/embed_page.mjs)`);
  const bytes = readFileSync(file);
  const smaller = (packed) => (packed.length < bytes.length ? embed(packed) : '{}');
  const etag = createHash('sha256').update(bytes).digest('base64url').slice(0, 22);
  const caching = path.startsWith('/assets/') ? 'Immutable' : 'Revalidate';
  rows += `    {"${path}", "${type}", "\\"${etag}\\"", ${embed(bytes)},\n`
    + `     ${smaller(gzipSync(bytes, { level: 9 }))}, `
    + `${smaller(brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }))}, http::Caching::${caching}},\n`;
}

writeFileSync(join(out, 'page_data.S'), assembly);
writeFileSync(join(out, 'page_table.cc'), `// Made by cmake/embed_page.mjs.
#include "app/page_table.h"

${symbols}
namespace kith {

const std::vector<http::EmbeddedFile>& pageTable() {
  static const std::vector<http::EmbeddedFile> table{
${rows}  };
  return table;
}

}  // namespace kith
`);
