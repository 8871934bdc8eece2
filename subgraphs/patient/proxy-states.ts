import { stateMachine } from '#chassis/state-machine.ts';

/** What has ended stays ended: to act again takes a new grant. */
export const proxyGrantStates = stateMachine('proxy grant', {
  ACTIVE: ['REVOKED', 'EXPIRED'],
  REVOKED: [],
  EXPIRED: [],
});
