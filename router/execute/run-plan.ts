import type { GraphQLSchema } from 'graphql';
import { maxRepresentations } from '#chassis/entity-cap.ts';
import { defectForLog } from '#chassis/log-defect.ts';
import type { Plan, SubgraphFetch } from '../plan/compile-plan.ts';
import type { Place } from '../plan/places.ts';
import type { RouterContext } from '../request-context.ts';
import type { SubgraphClient } from '../subgraph/client.ts';
import type { Ask } from '../subgraph/transport.ts';
import { collectBatch, portionsOf, representationsOf, type Batch } from './entity-batch.ts';
import type { Fetched } from './fetched.ts';
import type { Json } from './json-object.ts';
import { takeAnswer } from './take-answer.ts';

export interface Run {
  readonly schema: GraphQLSchema;
  readonly context: RouterContext;
  /** As the client sent them; the subgraph operations carry the defaults. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** With defaults, for conditions. */
  readonly coerced: Readonly<Record<string, unknown>>;
  readonly clientOf: (service: string) => SubgraphClient;
  readonly patience?: Patience | undefined;
}

/**
 * How long a fetch whose inputs are there waits for those it goes out with. Fetches shall travel together while all is well, and none
 * hang because another's input does.
 * @param runMs how long the plan has run @param lose to be called when it has waited long enough @returns what ends the waiting
 */
export type Patience = (runMs: number, lose: () => void) => () => void;

const usualPatience: Patience = (runMs, lose) => {
  const timer = setTimeout(lose, Math.max(50, 8 * runMs));
  return () => clearTimeout(timer);
};

/** Fetches under way. */
export interface Running {
  /** Resolves when everything is there that the first answer holds. */
  readonly first: Promise<void>;
  /** Resolves when the n-th later part of the plan can be sent. */
  later(index: number): Promise<void>;
}

/**
 * Works through the plan: a fetch is ready in the moment in which the last one that it waits for is done. What a subgraph does never
 * rejects: each failure becomes errors of `fetched` with the paths of what stays empty.
 */
export function runPlan(plan: Plan, run: Run, fetched: Fetched): Running {
  const { fetches, groups } = plan;
  const { patience = usualPatience } = run;
  const startedAt = performance.now();
  const open = fetches.map(({ waitsFor }) => waitsFor.length);
  const done = fetches.map(() => false);
  const gathered = groups.map((): Gathered => ({ ready: [], left: -1, endWait: undefined }));
  const milestones: Milestone[] = [];

  function ready(index: number): void {
    const fetch = fetches[index];
    const group = fetch && groups[fetch.group];
    const gathering = fetch && gathered[fetch.group];
    if (!group || !gathering) return;
    for (const { variable, equals } of fetch.conditions) if ((run.coerced[variable] === true) !== equals) return finish([index]);
    if (gathering.left < 0) gathering.left = group.members.length;
    gathering.ready.push(index);
    gathering.left -= 1;
    const send = (): void => {
      gathering.endWait?.();
      gathering.endWait = undefined;
      const members = gathering.ready.splice(0).sort((a, b) => a - b);
      // Nobody waits for this call: what it throws must reach those who wait for the plan.
      try {
        const sent = sendRequest(group.requestFor(members), plan.places, run, fetched);
        if (sent) sent.then(() => finish(members)).catch(giveUp);
        else finish(members);
      } catch (error) {
        giveUp(error);
      }
    };
    if (gathering.left === 0) send();
    else gathering.endWait ??= patience(performance.now() - startedAt, send);
  }

  function giveUp(error: unknown): void {
    for (const { reject } of milestones) reject(error);
  }

  function finish(indexes: readonly number[]): void {
    for (const index of indexes) done[index] = true;
    for (const index of indexes)
      for (const other of fetches[index]?.unblocks ?? []) {
        const left = (open[other] ?? 0) - 1;
        open[other] = left;
        if (left === 0) ready(other);
      }
    for (const { check } of milestones) check();
  }

  function milestone(needed: readonly number[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        if (needed.every((index) => done[index])) resolve();
      };
      milestones.push({ check, reject });
      check();
    });
  }

  const first = milestone(fetches.flatMap(({ block }, index) => (block === 0 ? [index] : [])));
  const later = plan.later.map((part) => milestone(part.fetches));
  for (const promise of later) promise.catch(() => undefined); // whoever waits for it hears of it
  for (const [index, { waitsFor }] of fetches.entries()) if (waitsFor.length === 0) ready(index);
  return { first, later: (index) => later[index] ?? Promise.resolve() };
}

/** The members of a group whose inputs are there. */
interface Gathered {
  readonly ready: number[];
  /** Members that are not ready; -1 before the first one is. */
  left: number;
  endWait: (() => void) | undefined;
}

interface Milestone {
  readonly check: () => void;
  readonly reject: (reason: unknown) => void;
}

/** @returns null when there is nothing to ask */
function sendRequest(request: SubgraphFetch, places: readonly Place[], run: Run, fetched: Fetched): Promise<void> | null {
  const batches = request.entities.map((part) => collectBatch(part, fetched, places));
  if (!request.root && batches.every(({ texts }) => texts.length === 0)) return null;
  const portions = portionsOf(batches, maxRepresentations);
  const sent = portions.map((portion, index) =>
    // The query is the same for each; what it has at the root is taken once.
    sendPortion(index === 0 ? request : { ...request, root: null }, portion, places, run, fetched),
  );
  return sent.length === 1 && sent[0] ? sent[0] : Promise.all(sent).then(() => undefined);
}

function sendPortion(
  request: SubgraphFetch,
  batches: readonly Batch[],
  places: readonly Place[],
  run: Run,
  fetched: Fetched,
): Promise<void> {
  const at = { request, batches, fetched, places, schema: run.schema };
  return run
    .clientOf(request.service)(askOf(request, batches, run.variables), run.context)
    .then((answer) => {
      try {
        takeAnswer(answer, at);
      } catch (error) {
        // Such as lists in lists by the thousand: the fields of this service stay empty, the others are good.
        run.context.log.error({ subgraph: request.service, defect: defectForLog(error) }, 'an answer could not be taken');
        takeAnswer({ code: 'SUBGRAPH_ERROR' }, at);
      }
    });
}

export function askOf(request: SubgraphFetch, batches: readonly Batch[], clientVariables: Readonly<Record<string, unknown>>): Ask {
  const given = request.variables.filter(({ clientName }) => Object.hasOwn(clientVariables, clientName));
  return {
    operation: request.operation,
    variables() {
      const variables: Json = {};
      for (const { name, clientName } of given) variables[name] = clientVariables[clientName];
      for (const batch of batches) variables[batch.part.variable] = representationsOf(batch);
      return variables;
    },
    body() {
      let text = '';
      for (const { name, clientName } of given) text += `,"${name}":${JSON.stringify(clientVariables[clientName])}`;
      for (const { part, texts } of batches) text += `,"${part.variable}":[${texts.join(',')}]`;
      return `${request.bodyPrefix}{${text.slice(1)}}}`;
    },
  };
}
