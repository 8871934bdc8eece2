import { stateMachine } from '#chassis/state-machine.ts';
import type { ClinicalNoteStatus } from './generated/graphql.ts';

/** FHIR CompositionStatus: signing makes it final, every addendum amends it. */
export const noteStates = stateMachine<ClinicalNoteStatus>('note', {
  PRELIMINARY: ['FINAL'],
  FINAL: ['AMENDED'],
  AMENDED: ['AMENDED'],
});

/** The status follows from what is there: a signature, addenda. */
export function noteStatus(note: { signedAt: Date | null }, addenda: number): ClinicalNoteStatus {
  if (note.signedAt === null) return 'PRELIMINARY';
  return addenda > 0 ? 'AMENDED' : 'FINAL';
}
