import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Node as YamlNode } from 'yaml';
import { Budget, DocumentError, type MapEntry, type Node, type Position } from './node.ts';

/**
 * Parses one YAML 1.2 document (core schema, as serde_yaml reads it: no merge keys, no custom tags, unique string keys). Aliases are
 * expanded within the bounds of `LIMITS`. An empty document is an empty map. Throws a DocumentError with every problem found.
 */
export function parseYaml(text: string): Node {
  const lines = new LineCounter();
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const options = {
    lineCounter: lines,
    schema: 'core',
    version: '1.2',
    prettyErrors: false,
    logLevel: 'error',
  } as const;
  const document = parseDocument(text, options);
  // The parser recurses, and says so when nesting of thousands of levels ends its stack.
  if (document.errors.some((error) => error.code === 'RESOURCE_EXHAUSTION')) {
    throw new DocumentError('TOO_LARGE', [{ message: 'is nested too deeply', at: { line: 1, column: 1 } }]);
  }
  const problems = [...document.errors, ...document.warnings].map((problem) => ({
    message: firstLine(problem.message),
    at: position(problem.pos[0]),
  }));
  if (problems.length > 0) throw new DocumentError('SYNTAX', problems);
  if (document.contents === null) return { kind: 'map', entries: [], at: { line: 1, column: 1 } };

  const budget = new Budget();
  const anchors = new Map<string, YamlNode>();
  const open = new Set<YamlNode>();
  let expanding = 0;
  const fail = (message: string, at: Position): never => {
    throw new DocumentError('SYNTAX', [{ message, at }]);
  };
  const convert = (node: unknown, depth: number, fallback: Position): Node => {
    if (node === null || node === undefined) return { kind: 'scalar', value: null, at: fallback };
    const yaml = node as YamlNode;
    const at = yaml.range ? position(yaml.range[0]) : fallback;
    budget.spend(depth, at);
    if (isAlias(yaml)) {
      const target = anchors.get(yaml.source);
      if (target === undefined) return fail(`alias *${yaml.source} names no anchor before it`, at);
      if (open.has(target)) return fail(`alias *${yaml.source} contains itself`, at);
      expanding++;
      const expanded = convert(target, depth, at);
      expanding--;
      return expanded;
    }
    if (yaml.anchor !== undefined && expanding === 0) anchors.set(yaml.anchor, yaml);
    if (isScalar(yaml)) return { kind: 'scalar', value: scalar(yaml.value, at, fail), at };
    open.add(yaml);
    try {
      if (isSeq(yaml)) return { kind: 'list', items: yaml.items.map((item) => convert(item, depth + 1, at)), at };
      if (!isMap(yaml)) return fail('is neither a value, a list nor a map', at);
      const entries: MapEntry[] = yaml.items.map((pair) => {
        const key = pair.key as YamlNode | null;
        const keyAt = key?.range ? position(key.range[0]) : at;
        if (!isScalar(key) || key.value === null || typeof key.value === 'object') {
          return fail('a key must be a plain string', keyAt);
        }
        return { key: String(key.value), keyAt, value: convert(pair.value, depth + 1, keyAt) };
      });
      return { kind: 'map', entries, at };
    } finally {
      open.delete(yaml);
    }
  };
  return convert(document.contents, 0, { line: 1, column: 1 });
}

function scalar(
  value: unknown,
  at: Position,
  fail: (message: string, at: Position) => never,
): string | number | boolean | null {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) {
    if (Number.isInteger(value) && !Number.isSafeInteger(value)) return fail('the number is too large to be exact', at);
    return value;
  }
  return fail('the value is neither text, a finite number nor a boolean', at);
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? message;
}
