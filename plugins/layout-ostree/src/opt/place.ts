import type { ReadonlyTree, Tree } from '@ostrata/contract';
import { directory, file, names } from '../modes.ts';
import { escapeField } from '../tmpfiles/line.ts';
import { enableStateOverlays } from './overlay-units.ts';
import { OPT_LINKS, type OptPolicy } from './policy.ts';

/** Where packages' files of /opt are while scripts run, and in images whose /opt is not their own. */
const OPT = 'usr/lib/opt';
const LOCAL = 'usr/local';
/** Where files of /usr/local go in images whose /usr/local is the machine's. */
const LOCAL_IN_USR = 'usr/lib/usrlocal';
/** Where a layered package's files of /usr/local are: behind the base's link. */
const LOCAL_IN_VAR = 'var/usrlocal';
/** What imported packages leave for tmpfiles.d (see tmpfiles/autovar.ts). */
const STAGED = 'usr/lib/rpm-ostree/tmpfiles.d/opt-usrlocal.conf';

/** While scripts run, /opt is a link to usr/lib/opt that the sandbox makes; an image that has a directory gets it back in the end. */
export function openOpt(tree: Tree): void {
  if (tree.lookup('opt')?.type !== 'directory') return;
  merge(tree, 'opt', OPT);
}

/** Puts /opt and /usr/local, and what packages have there, where a policy wants them. */
export function placeOpt(tree: Tree, policy: OptPolicy): void {
  openOpt(tree);
  const link = OPT_LINKS[policy];
  if (tree.lookup('opt') !== undefined) tree.remove('opt');
  if (link !== null) tree.symlink('opt', link);
  else if (tree.lookup(OPT)?.type === 'directory') tree.rename(OPT, 'opt');
  else tree.mkdir('opt', directory());
  if (policy === 'var') {
    leadToUsr(tree);
    return;
  }
  if (tree.lookup(LOCAL)?.type === 'symlink') tree.remove(LOCAL);
  if (tree.lookup(LOCAL_IN_VAR)?.type === 'directory') merge(tree, LOCAL_IN_VAR, LOCAL);
  if (tree.lookup(LOCAL_IN_USR)?.type === 'directory') merge(tree, LOCAL_IN_USR, LOCAL);
  if (tree.lookup(LOCAL) === undefined) tree.mkdir(LOCAL, directory());
  if (policy === 'stateoverlay') {
    // Something to mount on.
    if (tree.lookup(OPT) === undefined) tree.mkdir(OPT, directory());
    enableStateOverlays(tree);
  }
}

/** Whether the lines for a path that packages came with are of no use: /opt has the path itself. */
export function isPlaced(policy: OptPolicy, path: string): boolean {
  return policy !== 'var' && /^\/(opt|usr\/local)\//.test(path);
}

/** The machine's /var/opt and /var/usrlocal get links to what the image has, by tmpfiles.d. */
function leadToUsr(tree: Tree): void {
  for (const place of [LOCAL, LOCAL_IN_VAR]) {
    if (tree.lookup(place)?.type === 'directory') merge(tree, place, LOCAL_IN_USR);
  }
  if (tree.lookup(LOCAL) === undefined) tree.symlink(LOCAL, '../var/usrlocal');
  dropEmpty(tree, LOCAL_IN_USR);
  const lines = [
    ...names(tree, OPT).map((name) => `L ${escapeField(`/opt/${name}`)} - - - - ../../${OPT}/${escapeTarget(name)}`),
    ...linesOfLocal(tree),
  ];
  tree.remove(STAGED);
  if (lines.length > 0) tree.writeFile(STAGED, `${lines.join('\n')}\n`, { ...file(), parents: true });
}

/** Directories are the machine's, so that it can put things beside the image's, which are links. */
function linesOfLocal(tree: ReadonlyTree): string[] {
  if (tree.lookup(LOCAL_IN_USR)?.type !== 'directory') return [];
  return [...tree.walk(LOCAL_IN_USR)].map(([path, entry]) => {
    const below = path.slice(LOCAL_IN_USR.length + 1);
    const where = escapeField(`/usr/local/${below}`);
    if (entry.type === 'directory') return `d ${where} 0755 root root - -`;
    const up = '../'.repeat(below.split('/').length + 1);
    return `L ${where} - - - - ${up}${LOCAL_IN_USR}/${escapeTarget(below)}`;
  });
}

function escapeTarget(target: string): string {
  return target.replaceAll('%', '%%');
}

/** Moves what is in a directory into another; where both have a thing, the one that is moved stays. */
function merge(tree: Tree, from: string, to: string): void {
  if (tree.lookup(to)?.type !== 'directory') {
    tree.remove(to);
    if (tree.lookup(parentOf(to)) === undefined) tree.mkdir(parentOf(to), { ...directory(), parents: true });
    tree.rename(from, to);
    return;
  }
  for (const name of tree.list(from)) {
    const [source, target] = [`${from}/${name}`, `${to}/${name}`];
    if (tree.lookup(source)?.type === 'directory') merge(tree, source, target);
    else {
      tree.remove(target);
      tree.rename(source, target);
    }
  }
  tree.remove(from);
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

/** Removes directories in which no file is; the machine has the usual ones of its own. */
function dropEmpty(tree: Tree, path: string): void {
  for (const name of names(tree, path)) dropEmpty(tree, `${path}/${name}`);
  if (tree.lookup(path)?.type === 'directory' && tree.list(path).length === 0) tree.remove(path);
}
