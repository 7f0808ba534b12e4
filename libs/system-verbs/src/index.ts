export { SYSTEM_ERRORS, systemError } from './errors.ts';
export { DEPLOY_FLAGS, EXIT_UNCHANGED, Flags, REBOOT_FLAG, SYSTEM_FLAGS, UNCHANGED_FLAG } from './flags.ts';
export { nextStart, passedOver } from './health/next-start.ts';
export {
  type CheckResult,
  type DeploymentHealth,
  type HealthRecord,
  mergeHealth,
  readHealth,
  writeHealth,
} from './health/record.ts';
export { deployedResult, unchangedResult } from './report.ts';
export { redeployRequest, systemRequest } from './request.ts';
export { readStateroot, readSystem, type Stateroot, type System } from './system.ts';
