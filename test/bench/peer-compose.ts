/** The peer's side of the compose benchmark as a program: peer-compose.ts REPOSITORY WORK OSTREE-REPO PACKAGE... */
import { commitWithOstree, installWithDnf } from '../support/peer-compose.ts';

const [repository, work, repo, ...packages] = process.argv.slice(2) as [string, string, string, ...string[]];
commitWithOstree(installWithDnf(repository, packages, work), repo, 'test/base');
