import { type ErrorTable, HostError, type HostErrorOptions } from '@ostrata/contract';
import { SYSTEM_ERRORS } from '@ostrata/system-verbs';

export const ERRORS = {
  ...SYSTEM_ERRORS,
  CLIENT_USAGE: 'Options of a verb exclude one another, or an argument is missing or of no use.',
  CLIENT_ORIGIN: 'The origin of a deployment cannot be read, or names nothing that can be followed.',
  CLIENT_UNCONFIGURED: 'Whoever made the system wants something to be done before it can be upgraded.',
  CLIENT_DOWNGRADE: 'What is to be deployed is older than what is there.',
  CLIENT_REVISION: 'A version or commit is not on the branch that is followed.',
  CLIENT_PACKAGES: 'It is not known which packages a commit has.',
  CLIENT_LAYERS: 'Packages are laid over the image, and no plugin is loaded that does that.',
  CLIENT_STAGED: 'There is no staged deployment, it is another one, or it is not locked.',
  CLIENT_ROLLBACK: 'There is no other deployment to go back to.',
  CLIENT_DRIVER: 'Another program drives updates, or cannot be registered as the one that does.',
  CLIENT_CANCEL: 'Nothing is under way that could be cancelled, or it cannot be told to stop.',
  CLIENT_HISTORY: 'A deployment could not be written into the history.',
  CLIENT_JSONPATH: 'A JSONPath expression cannot be understood.',
} as const satisfies ErrorTable;

export function clientError(code: keyof typeof ERRORS, message: string, options: HostErrorOptions = {}): HostError {
  return new HostError(code, message, options);
}
