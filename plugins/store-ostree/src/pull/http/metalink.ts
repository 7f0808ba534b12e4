import { storeError } from '../../errors.ts';

/** One file of a metalink. */
export interface MetalinkFile {
  /** Bytes. */
  readonly size: number;
  /** The strongest one that it has. */
  readonly hash: { readonly algorithm: 'sha256' | 'sha512'; readonly digest: string };
  /** http and https URLs, those with the highest preference first. */
  readonly urls: readonly string[];
}

interface Element {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: Element[];
  text: string;
}

const MAX_DEPTH = 16;
const DIGITS = { sha256: 64, sha512: 128 } as const;
const TOKEN =
  /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<(\/?)([A-Za-z_][\w:.-]*)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/y;

/**
 * Reads one file out of a metalink (Metalink 3.0 as mirror managers serve it: `metalink/files/file` with `size`, `verification/hash`,
 * `resources/url`). Of XML it knows elements, attributes, comments and the five predefined entities; a document type is refused.
 * @throws OSTREE_SUMMARY_INVALID
 */
export function parseMetalink(text: string, name: string, source: string): MetalinkFile {
  const fail = (problem: string) =>
    storeError('OSTREE_SUMMARY_INVALID', `The metalink ${source} is not valid: ${problem}.`, {
      hint: 'Check the URL of the remote, or have the metalink corrected.',
      data: { url: source },
    });
  const root = parseElements(text, fail);
  const files = childrenOf(childrenOf([root], 'files'), 'file').filter((file) => file.attributes.get('name') === name);
  const [file] = files;
  if (root.name !== 'metalink' || file === undefined) throw fail(`it has no <file> "${name}"`);
  const size = childrenOf([file], 'size')[0]?.text.trim() ?? '';
  if (!/^\d{1,15}$/.test(size) || Number(size) === 0) throw fail('No <size> element found or it is zero');
  const hashes = childrenOf(childrenOf([file], 'verification'), 'hash').flatMap(({ attributes, text }) => {
    const algorithm = attributes.get('type');
    if (algorithm !== 'sha256' && algorithm !== 'sha512') return [];
    const digest = text.trim().toLowerCase();
    if (digest.length !== DIGITS[algorithm] || /[^0-9a-f]/.test(digest)) {
      throw fail(`Invalid hash digest for ${algorithm}`);
    }
    return [{ algorithm, digest } as const];
  });
  const hash = hashes.find(({ algorithm }) => algorithm === 'sha512') ?? hashes[0];
  if (hash === undefined) throw fail('No <verification> element with known <hash type=> found');
  const urls = childrenOf(childrenOf([file], 'resources'), 'url')
    .map((url) => ({ url: url.text.trim(), preference: Number(url.attributes.get('preference') ?? 0) || 0 }))
    .filter(({ url }) => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol))
    .sort((a, b) => b.preference - a.preference)
    .map(({ url }) => url);
  if (urls.length === 0) throw fail("No <url method='http'> elements found");
  return { size: Number(size), hash, urls };
}

const childrenOf = (elements: readonly Element[], name: string): Element[] =>
  elements.flatMap(({ children }) => children.filter((child) => child.name === name));

function parseElements(text: string, fail: (problem: string) => Error): Element {
  const top: Element = { name: '', attributes: new Map(), children: [], text: '' };
  const stack = [top];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const match = TOKEN.exec(text);
    if (!match) throw fail('it is no XML that is understood');
    if (stack.length === 1 && match[5]?.trim()) throw fail('Document must begin with an element');
    const [, closing, name, attributes, empty, content] = match;
    const current = stack.at(-1)!;
    if (content !== undefined) current.text += unescapeXml(content);
    if (name === undefined) continue;
    if (closing) {
      if (current.name !== name || stack.length < 2) throw fail(`</${name}> closes nothing`);
      stack.pop();
      continue;
    }
    const element: Element = { name, attributes: parseAttributes(attributes ?? ''), children: [], text: '' };
    current.children.push(element);
    if (!empty) stack.push(element);
    if (stack.length > MAX_DEPTH) throw fail('it is nested too deep');
  }
  if (stack.length > 1) throw fail(`<${stack.at(-1)!.name}> is not closed`);
  const [root, ...more] = top.children;
  if (root === undefined || more.length > 0) throw fail('it has not one root');
  return root;
}

function parseAttributes(text: string): Map<string, string> {
  const found = text.matchAll(/([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g);
  return new Map([...found].map(([, name, double, single]) => [name!, unescapeXml(double ?? single ?? '')]));
}

const ENTITIES: { readonly [name: string]: string } = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
const unescapeXml = (text: string): string =>
  text.replace(/&(lt|gt|amp|quot|apos);/g, (_, name: string) => ENTITIES[name]!);
