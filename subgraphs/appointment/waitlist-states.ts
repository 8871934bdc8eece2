import { stateMachine } from '#chassis/state-machine.ts';

/** A wish for a place: it stands until the patient leaves. */
export const waitlistStates = stateMachine('waitlist entry', {
  WAITING: ['LEFT'],
  LEFT: [],
});
