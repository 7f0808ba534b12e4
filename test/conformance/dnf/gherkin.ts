/** One step with what hangs below it. */
export interface Step {
  readonly line: number;
  /** Without the keyword. */
  readonly text: string;
  /** Rows of cells. */
  readonly table: readonly (readonly string[])[];
  /** The text between triple quotes, null without any. */
  readonly doc: string | null;
}

/** A scenario as it is run: the background's steps come first, one for each row of an outline's examples. */
export interface Scenario {
  readonly line: number;
  readonly name: string;
  /** Of the feature and the scenario, without `@`. */
  readonly tags: readonly string[];
  readonly steps: readonly Step[];
}

interface Draft {
  line: number;
  name: string;
  tags: string[];
  steps: MutableStep[];
  examples: string[][][];
}

interface MutableStep {
  line: number;
  text: string;
  table: string[][];
  doc: string | null;
}

const KEYWORDS = /^(Given|When|Then|And|But|\*) +(.*)$/;

/**
 * Reads a feature file: Feature, Background, Scenario, Scenario Outline, Examples, tags, tables, doc strings and comments of Gherkin
 * (cucumber's reference). @throws Error for a line that is none of these
 */
export function readFeature(text: string): Scenario[] {
  const drafts: Draft[] = [];
  const featureTags: string[] = [];
  const background = empty(0, '', []);
  let tags: string[] = [];
  let draft: Draft | null = null;
  let inFeature = false;
  let inExamples = false;
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!.trim();
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith('@')) {
      tags.push(...[...line.matchAll(/@(\S+)/g)].map(([, tag]) => tag!));
      continue;
    }
    const title = /^(Feature|Background|Scenario Outline|Scenario|Examples): *(.*)$/.exec(line);
    if (title !== null) {
      inExamples = title[1] === 'Examples';
      if (title[1] === 'Feature') {
        featureTags.push(...tags);
        inFeature = true;
      } else if (title[1] === 'Background') draft = background;
      else if (inExamples) draft!.examples.push([]);
      else {
        draft = empty(at + 1, title[2]!, [...featureTags, ...tags]);
        drafts.push(draft);
      }
      tags = [];
      continue;
    }
    const step = draft?.steps.at(-1);
    if (line.startsWith('|')) {
      const cells = cellsOf(line);
      if (inExamples) draft!.examples.at(-1)!.push(cells);
      else step!.table.push(cells);
    } else if (line === '"""') {
      const indent = lines[at]!.indexOf('"""');
      const content: string[] = [];
      while (lines[++at]!.trim() !== '"""') content.push(lines[at]!.slice(indent));
      step!.doc = content.join('\n');
    } else {
      const [, , words] = KEYWORDS.exec(line) ?? [];
      if (words !== undefined && draft !== null) draft.steps.push({ line: at + 1, text: words, table: [], doc: null });
      // Words below a title describe it.
      else if (!inFeature || (draft !== null && draft.steps.length > 0)) throw new Error(`line ${at + 1}: "${line}"`);
    }
  }
  return drafts.flatMap((one) => outlines(one, background.steps));
}

function empty(line: number, name: string, tags: string[]): Draft {
  return { line, name, tags, steps: [], examples: [] };
}

function cellsOf(line: string): string[] {
  return line
    .slice(1, line.lastIndexOf('|'))
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));
}

function outlines({ line, name, tags, steps, examples }: Draft, background: readonly MutableStep[]): Scenario[] {
  const all = [...background, ...steps];
  if (examples.length === 0) return [{ line, name, tags, steps: all }];
  return examples.flatMap(([header = [], ...rows]) =>
    rows.map((row) => {
      const fill = (text: string) =>
        header.reduce((filled, column, i) => filled.replaceAll(`<${column}>`, row[i] ?? ''), text);
      return {
        line,
        name: `${fill(name)} (${row.join(', ')})`,
        tags,
        steps: all.map((step) => ({
          line: step.line,
          text: fill(step.text),
          table: step.table.map((cells) => cells.map(fill)),
          doc: step.doc === null ? null : fill(step.doc),
        })),
      };
    }),
  );
}
