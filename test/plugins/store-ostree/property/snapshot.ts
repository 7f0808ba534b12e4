import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { sha256 } from '../../../../plugins/store-ostree/src/codec/checksum.ts';
import { readXattrs } from '../../../../plugins/store-ostree/src/repo/storage/bare.ts';

/** A line for everything below a directory: type, mode, owner, number of names, whether it has a time, attributes, content. */
export function snapshot(root: string): string[] {
  const lines: string[] = [];
  const add = (path: string): void => {
    const stat = lstatSync(path);
    const type = stat.isDirectory() ? 'd' : stat.isSymbolicLink() ? 'l' : '-';
    const xattrs = readXattrs(path).map(([name, value]) => `${name}=${Buffer.from(value).toString('hex')}`);
    const content = type === '-' ? sha256(readFileSync(path)) : type === 'l' ? readlinkSync(path) : '';
    const owner = `${stat.uid}:${stat.gid}`;
    const links = type === 'd' ? '' : stat.nlink;
    // Hard links have no time, copies the one at which they were made.
    const time = type === 'l' ? '' : stat.mtimeMs === 0 ? 'none' : 'some';
    lines.push(
      [
        JSON.stringify(path.slice(root.length)),
        type,
        stat.mode.toString(8),
        owner,
        links,
        time,
        ...xattrs,
        content,
      ].join(' '),
    );
    if (type === 'd') for (const name of readdirSync(path)) add(`${path}/${name}`);
  };
  add(root);
  return lines.sort();
}
