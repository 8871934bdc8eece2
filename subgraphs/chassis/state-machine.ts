import { Refusal } from './errors.ts';

/**
 * A state machine as a table: for each state the states it may go to. States are those of the FHIR R4 value set of the
 * resource; the tables are in the `*-states.ts` files of the subgraphs.
 */
export interface StateMachine<State extends string> {
  readonly noun: string;
  readonly states: readonly State[];
  allowedFrom(state: State): readonly State[];
  allows(from: State, to: State): boolean;
  /** @throws Refusal ILLEGAL_STATE that names the current state and the allowed next ones */
  assert(from: State, to: State, path?: string[]): void;
}

export function stateMachine<const State extends string>(
  noun: string,
  steps: { readonly [S in State]: readonly NoInfer<State>[] },
): StateMachine<State> {
  return {
    noun,
    states: Object.keys(steps) as State[],
    allowedFrom: (state) => steps[state],
    allows: (from, to) => steps[from].includes(to),
    assert(from, to, path = []) {
      if (steps[from].includes(to)) return;
      const allowed = steps[from];
      const next = allowed.length ? `can only become ${allowed.join(' or ')}` : 'is final';
      throw new Refusal('ILLEGAL_STATE', `The ${noun} is ${from} and cannot become ${to}; it ${next}.`, {
        path,
        currentState: from,
        allowedStates: allowed,
      });
    },
  };
}
