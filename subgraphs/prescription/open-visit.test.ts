import { expect, test } from 'vitest';
import { Refusal } from '#chassis/errors.ts';
import { assertVisitOpen } from './open-visit.ts';
import type { VisitWindowRow } from './read-model-store.ts';

function refusal(status: VisitWindowRow['status'] | null): string {
  const visit = status === null ? null : { visitId: 'vis_1', patientId: 'pat_1', practitionerId: 'prc_1', status, sensitivities: [] };
  try {
    assertVisitOpen(visit, ['visitId']);
    return 'none';
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return `${error.userErrors[0]?.code} ${error.retryable ? 'for now' : 'for good'}`;
  }
}

test.each([
  [null, 'VISIT_NOT_OPEN_YET for now'],
  ['PLANNED', 'VISIT_NOT_OPEN_YET for now'],
  ['ARRIVED', 'VISIT_NOT_OPEN_YET for now'],
  ['IN_PROGRESS', 'none'],
  ['ONLEAVE', 'none'],
  ['FINISHED', 'NOT_ADMITTED for good'],
  ['CANCELLED', 'NOT_ADMITTED for good'],
] as const)('a visit that is %s refuses a prescription: %s', (status, expected) => {
  expect(refusal(status)).toBe(expected);
});
