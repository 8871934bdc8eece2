import { stateMachine } from '#chassis/state-machine.ts';
import type { CoverageStatus } from './generated/prisma/enums.ts';

/** FHIR fm-status, as a coverage uses it. */
export const coverageStates = stateMachine<CoverageStatus>('coverage', {
  DRAFT: ['ACTIVE', 'CANCELLED', 'ENTERED_IN_ERROR'],
  ACTIVE: ['CANCELLED', 'ENTERED_IN_ERROR'],
  CANCELLED: ['ENTERED_IN_ERROR'],
  ENTERED_IN_ERROR: [],
});
