import { PLAN_VERSION, type Plan } from '@ostrata/contract';
import { coreError } from '../errors.ts';
import { planDigest } from './stages/resolve.ts';

/** Refuses a Plan (from a file) that this version does not understand, or whose inputs are not the ones its digest names. */
export function checkPlan(value: unknown): Plan {
  const plan = (typeof value === 'object' && value !== null ? value : {}) as Partial<Plan>;
  if (plan.version !== PLAN_VERSION) {
    throw coreError('PLAN_VERSION', `The Plan is of version ${plan.version}; this is for version ${PLAN_VERSION}.`, {
      hint: 'Make the Plan anew with this version of ostrata.',
    });
  }
  const whole = plan.inputs && plan.store && plan.commit && plan.snapshots && plan.until;
  if (!whole || planDigest(plan.inputs) !== plan.digest) {
    throw coreError('PLAN_DAMAGED', 'The Plan is incomplete, or was changed after it had been made.', {
      hint: 'Make the Plan anew; what shall be in it belongs into the treefile.',
    });
  }
  return plan as Plan;
}
