import type { Deployment } from '@ostrata/contract';
import { Origin, type Refspec } from '@ostrata/origin';
import { clientError } from './errors.ts';

/** The origin of a deployment. Throws CLIENT_ORIGIN. */
export function originOf({ id, target }: Deployment): Origin {
  try {
    return Origin.parse(target.origin);
  } catch (error) {
    throw clientError('CLIENT_ORIGIN', `The origin of ${id} cannot be read: ${(error as Error).message}.`, {
      hint: 'Correct the file DEPLOYMENT.origin beside the deployment, or deploy anew.',
      data: { deployment: id },
      cause: error,
    });
  }
}

/** The branch that a deployment follows. Throws CLIENT_ORIGIN, CLIENT_UNCONFIGURED. */
export function followedBranch(origin: Origin, { id }: Deployment): Refspec {
  const unconfigured = origin.text('origin', 'unconfigured-state');
  if (unconfigured !== null) {
    throw clientError('CLIENT_UNCONFIGURED', `The system cannot be upgraded yet: ${unconfigured}`, {
      hint: 'Do what the text says, or follow another branch with `ostrata rebase`.',
      data: { deployment: id },
    });
  }
  const { refspec } = origin;
  if (refspec !== null) return refspec;
  const found = origin.followed === null ? 'names nothing to follow' : `follows ${origin.followed}, which is no branch`;
  throw clientError('CLIENT_ORIGIN', `The origin of ${id} ${found}.`, {
    hint: 'Follow a branch with `ostrata rebase REMOTE:REF`.',
    data: { deployment: id, followed: origin.followed },
  });
}
