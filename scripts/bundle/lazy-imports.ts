/** Modules of Node that are there before a program begins. */
const LOADED = new Set(['node:buffer', 'node:events', 'node:fs', 'node:path', 'node:url', 'node:util']);
const BINDING = /\bvar (import_\w+) = require\("([^"]+)"\);/g;

/**
 * Puts off imports to the first use of what they bring: `node:crypto` alone takes longer to load than a short verb to run, and most verbs use
 * little of what modules they load import. `code` is what esbuild makes of a module with named imports: `var import_node_os =
 * require("node:os")`, used as `import_node_os.tmpdir`. `isOurs` says of which other modules it is known that nothing happens when they are
 * loaded.
 */
export function lazyImports(code: string, isOurs: (specifier: string) => boolean): string {
  const lazy: [name: string, specifier: string][] = [];
  const bound = code.replaceAll(BINDING, (binding, name: string, specifier: string) => {
    if (specifier.startsWith('node:') ? LOADED.has(specifier) : !isOurs(specifier)) return binding;
    lazy.push([name, specifier]);
    return `var ${name};`;
  });
  return lazy.reduce(
    (text, [name, specifier]) =>
      text.replaceAll(new RegExp(`\\b${name}(?=\\.)`, 'g'), `(${name} ??= require("${specifier}"))`),
    bound,
  );
}
