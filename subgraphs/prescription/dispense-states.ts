import { stateMachine } from '#chassis/state-machine.ts';

/** MedicationDispense. IN_PROGRESS is ready for pick-up, COMPLETED handed over. */
export const dispenseStates = stateMachine('dispense', {
  PREPARATION: ['IN_PROGRESS', 'DECLINED', 'CANCELLED', 'ON_HOLD'],
  IN_PROGRESS: ['COMPLETED', 'DECLINED', 'CANCELLED', 'ON_HOLD'],
  ON_HOLD: ['PREPARATION', 'IN_PROGRESS', 'CANCELLED', 'STOPPED'],
  COMPLETED: [],
  DECLINED: [],
  CANCELLED: [],
  STOPPED: [],
});
