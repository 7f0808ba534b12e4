/** An element with its attributes; text is of its own content only. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

const ENTITIES: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** Reads the plain XML of these cases: no namespaces, no CDATA. Returns the root. */
export function readXml(text: string): Element {
  const root: Element = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  const tokens = text
    .replace(/<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<![^>]*>/g, '')
    .matchAll(/<(\/?)([^\s/>]+)([^>]*?)(\/?)>|[^<]+/g);
  for (const [token, closing, name, attributes, empty] of tokens) {
    const parent = open[open.length - 1]!;
    if (name === undefined) parent.text += decode(token);
    else if (closing === '/') {
      if (open.length > 1) open.pop();
    } else {
      const element: Element = { name, attributes: readAttributes(attributes ?? ''), children: [], text: '' };
      parent.children.push(element);
      if (empty !== '/') open.push(element);
    }
  }
  return root;
}

function readAttributes(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [, name, , value] of text.matchAll(/([\w:-]+)\s*=\s*(["'])(.*?)\2/g)) found[name!] = decode(value!);
  return found;
}

function decode(text: string): string {
  return text.replace(/&(\w+);/g, (whole, name: string) => ENTITIES[name] ?? whole);
}

/** The first child of a name. */
export function child(element: Element | undefined, name: string): Element | undefined {
  return element?.children.find((one) => one.name === name);
}

/** Text of the first child of a name, empty when there is none. */
export function childText(element: Element | undefined, name: string): string {
  return child(element, name)?.text.trim() ?? '';
}
