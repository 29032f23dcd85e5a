import { defineConfig, type Plugin } from 'vite';
import solid from 'vite-plugin-solid';

const server = process.env['KITH_SERVER'] ?? 'http://127.0.0.1:8000';

/**
 * Solid makes its templates with one `innerHTML` assignment, which `require-trusted-types-for
 * 'script'` forbids. This routes that one assignment through a policy named `solid`, and stops
 * the build when a new version of Solid no longer has the line, rather than shipping a blank page.
 */
function trustedTemplates(): Plugin {
  const assignment = 't.innerHTML = html;';
  const policy = [
    'const kithTemplates = globalThis.trustedTypes',
    "  ? globalThis.trustedTypes.createPolicy('solid', { createHTML: (html) => html })",
    '  : { createHTML: (html) => html };',
    '',
  ].join('\n');
  let found = false;
  return {
    name: 'kith-trusted-templates',
    enforce: 'pre',
    transform(code, id) {
      if (!/solid-js\/web\/dist\/(web|dev)\.js/.test(id)) return null;
      if (code.split(assignment).length !== 2) {
        this.error(`solid-js/web no longer has exactly one "${assignment}": adapt vite.config.ts`);
      }
      found = true;
      return {
        code: policy + code.replace(assignment, 't.innerHTML = kithTemplates.createHTML(html);'),
        map: null,
      };
    },
    buildEnd(error) {
      if (!error && !found) this.error('solid-js/web was not seen: the policy `solid` is missing');
    },
  };
}

export default defineConfig({
  plugins: [trustedTemplates(), solid()],
  // Dependencies pre-bundled by the development server would bypass the transform above.
  optimizeDeps: { exclude: ['solid-js', 'solid-js/web', 'solid-js/store'] },
  build: {
    target: 'es2022',
    // `light-dark()` and `oklch()` go out as they are written: two years old in every browser.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    modulePreload: false,
    assetsInlineLimit: 0,
    cssCodeSplit: true,
    reportCompressedSize: false,
    rolldownOptions: {
      // What the first load needs is one file: many small ones compress worse and come later.
      output: {
        codeSplitting: {
          groups: [
            { name: 'page', tags: ['$initial'], priority: 1 },
            { name: 'parts', test: /\/(parts\/(avatar|form-error|icons)|model\/faces)\.tsx?$/ },
          ],
        },
      },
    },
  },
  server: {
    proxy: {
      '/api': server,
      '/connection': { target: server, ws: true },
    },
  },
});
