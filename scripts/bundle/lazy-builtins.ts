/** Modules of Node that are there before a program begins. */
const LOADED = new Set(['buffer', 'events', 'fs', 'path', 'url', 'util']);
const BINDING = /\bvar (import_node_\w+) = require\("node:([\w/]+)"\);/g;

/**
 * Puts off the loading of Node's own modules to their first use: `node:crypto` alone takes longer than a short verb. `code` is what esbuild
 * makes of a module with named imports: `var import_node_os = require("node:os")`, used as `import_node_os.tmpdir`.
 */
export function lazyBuiltins(code: string): string {
  const lazy: string[] = [];
  const bound = code.replaceAll(BINDING, (binding, name: string, builtin: string) => {
    if (LOADED.has(builtin)) return binding;
    lazy.push(name);
    return `var ${name} = () => { const loaded = require("node:${builtin}"); ${name} = () => loaded; return loaded; };`;
  });
  return lazy.reduce((text, name) => text.replaceAll(new RegExp(`\\b${name}(?=\\.)`, 'g'), `(${name}())`), bound);
}
