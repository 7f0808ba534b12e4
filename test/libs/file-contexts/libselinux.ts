import koffi from 'koffi';

export interface Libselinux {
  lookup(path: string, mode: number): string | undefined;
  close(): void;
}

/** SELABEL_CTX_FILE and SELABEL_OPT_PATH of <selinux/label.h>. */
const CONTEXTS_OF_FILES = 0;
const OPTION_PATH = 3;

/** The library itself on a file of contexts, or undefined where it is not on this machine. */
export function openLibselinux(path: string): Libselinux | undefined {
  let library: ReturnType<typeof koffi.load>;
  try {
    library = koffi.load('libselinux.so.1');
  } catch {
    return undefined;
  }
  const option = koffi.struct({ type: 'int', value: 'const char *' });
  const open = library.func('selabel_open', 'void *', ['uint', koffi.pointer(option), 'uint']);
  const find = library.func('selabel_lookup_raw', 'int', ['void *', koffi.out(koffi.pointer('void *')), 'str', 'int']);
  const release = library.func('freecon', 'void', ['void *']);
  const close = library.func('selabel_close', 'void', ['void *']);
  const handle = open(CONTEXTS_OF_FILES, [{ type: OPTION_PATH, value: path }], 1);
  if (!handle) throw new Error(`libselinux cannot open ${path}`);
  return {
    lookup(name, mode) {
      const found: [unknown] = [null];
      if (find(handle, found, name, mode) !== 0) return undefined;
      const label = koffi.decode(found[0], 'char', -1) as string;
      release(found[0]);
      return label;
    },
    close: () => close(handle),
  };
}
