import { type Context, DEPLOYER, type Deployment } from '@ostrata/contract';
import { imageOf, withStore } from '../base/open.ts';

/** Refs that keep the images below layers, `rpmostree/base/N` (rpm-ostree, src/daemon/rpmostree-sysroot-core.cxx). */
const PREFIX = 'rpmostree/base/';
const NUMBERED = /^rpmostree\/base\/\d+$/;

/** `deploy.staged`: the image below each deployment stays in the repository as long as the deployment does. */
export async function keepImages({ target }: Deployment, ctx: Context): Promise<void> {
  const deployments = await (await ctx.get(DEPLOYER)).list(target.sysroot);
  const commits = new Set([target.commit, ...deployments.map((one) => one.target.commit)]);
  await withStore(`${target.sysroot}/ostree/repo`, ctx, async (store) => {
    const images = new Set<string>();
    for (const commit of commits) {
      const image = (await store.has(commit)) ? await imageOf(store, commit) : commit;
      if (image !== commit) images.add(image);
    }
    const there = await store.refs(PREFIX);
    const wanted = new Map([...images].sort().map((image, index) => [`${PREFIX}${index}`, image]));
    for (const [ref, image] of wanted) if (there.get(ref) !== image) await store.setRef(ref, image);
    for (const ref of there.keys()) if (NUMBERED.test(ref) && !wanted.has(ref)) await store.setRef(ref, null);
  });
}
