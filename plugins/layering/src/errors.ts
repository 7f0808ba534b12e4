import { type ErrorTable, HostError, type HostErrorOptions } from '@ostrata/contract';

export const ERRORS = {
  LAYERING_USAGE: 'Options of a verb about packages exclude one another, or an argument is missing or of no use.',
  LAYERING_ORIGIN: 'The origin of a deployment cannot be read.',
  LAYERING_REQUESTED: 'A package is requested already, or is not requested.',
  LAYERING_PROVIDED: 'The image has what is requested already.',
  LAYERING_OVERRIDE: 'An override is there already, is not there, or is of a package that the image does not have.',
  LAYERING_REMOVED: 'A request is for a package that an override removes.',
  LAYERING_IMAGE: 'The image has no package database that could say what it has.',
  LAYERING_FILES: 'A package file is given, and no plugin is loaded that reads such files.',
  LAYERING_REPOSITORIES: 'Packages are requested by name and no repository is enabled that could have them.',
  LAYERING_BASE: 'Packages of the image would be removed or replaced, and no override allows that.',
} as const satisfies ErrorTable;

export function layeringError(code: keyof typeof ERRORS, message: string, options: HostErrorOptions = {}): HostError {
  return new HostError(code, message, options);
}
