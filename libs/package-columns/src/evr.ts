/** Epoch, version and release as columns keep them; a release of '' is none. */
export interface Evr {
  readonly epoch: number;
  readonly version: string;
  readonly release: string;
}

/** `[epoch:]version[-release]`; an epoch of 0 is left out unless the version would then be read as one. */
export function joinEvr({ epoch, version, release }: Evr): string {
  const prefix = epoch > 0 || /^[0-9]+:/.test(version) ? `${epoch}:` : '';
  return release === '' ? prefix + version : `${prefix}${version}-${release}`;
}

/** The parts that {@link joinEvr} joined. */
export function splitEvr(evr: string): Evr {
  const colon = /^([0-9]+):/.exec(evr);
  const rest = colon === null ? evr : evr.slice(colon[0].length);
  const dash = rest.lastIndexOf('-');
  const epoch = colon === null ? 0 : Number(colon[1]);
  if (dash < 0) return { epoch, version: rest, release: '' };
  return { epoch, version: rest.slice(0, dash), release: rest.slice(dash + 1) };
}
