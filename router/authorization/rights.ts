import type { Logger } from 'pino';
import type { Caller } from '#chassis/caller.ts';
import { defectForLog } from '#chassis/log-defect.ts';
import type { Requirement } from './requirement.ts';
import type { Policy } from './role-policies.ts';
import { coversScope, readScope, type Scope } from './smart-scopes.ts';

/** Which of the requirements of an operation a caller meets. */
export interface Rights {
  /** Different for different rights to the same operation: part of the key under which its plan is kept. */
  readonly key: string;
  /** The requirements that are met, by their texts. */
  readonly met: ReadonlySet<string>;
  /** Every one is. */
  readonly all: boolean;
}

/** To an operation that needs nothing. */
export const nothingNeeded: Rights = { key: '', met: new Set(), all: true };

export interface RightsQuestion {
  /** A promise only where a policy gives one. A policy that fails is not met. */
  rightsOf(caller: Caller | null, log: Logger): Rights | Promise<Rights>;
  /** The rights of whoever meets these requirements and no others. */
  rightsWith(met: ReadonlySet<string>): Rights;
}

type Answers = ReadonlyMap<string, boolean>;
type Check = (held: readonly Scope[], answers: Answers) => boolean;

/** All that can be done before the caller is known. @param requirements of one operation, by their texts */
export function rightsQuestion(requirements: ReadonlyMap<string, Requirement>, policies: ReadonlyMap<string, Policy>): RightsQuestion {
  const checks = [...requirements].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, requirement]) => ({ key, isMet: checkOf(requirement) }));
  const policyNames = [...new Set([...requirements.values()].flatMap((each) => (each.kind === 'policies' ? each.anyOf.flat() : [])))];
  const known = new Map<string, Rights>();

  function rights(isMet: (check: (typeof checks)[number]) => boolean): Rights {
    let key = '';
    for (const check of checks) key += isMet(check) ? '1' : '0';
    const found = known.get(key);
    if (found) return found;
    const met = new Set(checks.flatMap((check, index) => (key[index] === '1' ? check.key : [])));
    const made = { key, met, all: met.size === checks.length };
    if (known.size < mostOutcomes) known.set(key, made);
    return made;
  }

  return {
    rightsWith: (met) => rights(({ key }) => met.has(key)),
    rightsOf(caller, log) {
      if (!caller) return rights(() => false);
      const held = heldBy(caller);
      const finish = (given: readonly boolean[]): Rights => {
        const answers: Answers = new Map(policyNames.map((name, index) => [name, given[index] === true]));
        return rights(({ isMet }) => isMet(held, answers));
      };
      const given = policyNames.map((name) => askPolicy(name, policies.get(name), caller, log));
      return given.every((answer) => typeof answer === 'boolean')
        ? finish(given)
        : Promise.all(given.map(async (answer) => answer)).then(finish);
    },
  };
}

/** Outcomes of one operation that are kept; real ones are as many as there are kinds of callers. */
const mostOutcomes = 64;

function checkOf(requirement: Requirement): Check {
  if (requirement.kind === 'authenticated') return () => true;
  if (requirement.kind === 'policies')
    return (_, answers) => requirement.anyOf.some((all) => all.every((name) => answers.get(name) === true));
  const anyOf = requirement.anyOf.map((all) => all.map(readScope));
  return (held) => anyOf.some((all) => all.every((required) => held.some((scope) => coversScope(scope, required))));
}

function askPolicy(name: string, policy: Policy | undefined, caller: Caller, log: Logger): boolean | Promise<boolean> {
  const failed = (error: unknown): false => {
    log.error({ policy: name, defect: defectForLog(error) }, 'a policy failed, and counts as not met');
    return false;
  };
  try {
    const answer = policy?.(caller) ?? false;
    return typeof answer === 'boolean' ? answer : answer.catch(failed);
  } catch (error) {
    return failed(error);
  }
}

const scopesRead = new WeakMap<readonly string[], readonly Scope[]>();

function heldBy({ scopes }: Caller): readonly Scope[] {
  const known = scopesRead.get(scopes) ?? scopes.map(readScope);
  scopesRead.set(scopes, known);
  return known;
}
