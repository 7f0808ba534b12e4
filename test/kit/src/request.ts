import { DEFAULT_IMAGE, EMPTY_INTENT, type Request } from '@ostrata/core';

/** A request to compose from nothing, with parts of it changed. */
export function testRequest(changes: Partial<Request> = {}): Request {
  return {
    command: 'test',
    from: 'fetch',
    until: 'commit',
    store: { work: '/work', target: null },
    base: null,
    sources: [{ id: 'main', kind: 'fake', priority: 99, options: {} }],
    intent: { ...EMPTY_INTENT, arch: 'x86_64' },
    image: { ...DEFAULT_IMAGE, ref: 'test/stable' },
    commit: { parent: 'auto', timestamp: null, force: false },
    cacheOnly: false,
    deploy: null,
    extras: {},
    ...changes,
  };
}

/** An intent for packages by name. */
export function testIntent(...names: readonly string[]): Request['intent'] {
  return { ...EMPTY_INTENT, arch: 'x86_64', install: names.map((spec) => ({ spec })) };
}
