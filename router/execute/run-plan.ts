import type { GraphQLSchema } from 'graphql';
import type { FetchStep, Plan } from '../plan/compile-plan.ts';
import type { Place } from '../plan/places.ts';
import type { RouterContext } from '../request-context.ts';
import type { SubgraphClient } from '../subgraph-client.ts';
import type { Ask } from '../transport.ts';
import { collectBatch, representationsOf, type Batch } from './entity-batch.ts';
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
}

/** Steps under way. */
export interface Running {
  /** Resolves when everything is there that the first answer holds. */
  readonly first: Promise<void>;
  /** Resolves when the n-th later part of the plan can be sent. */
  later(index: number): Promise<void>;
}

/**
 * Works through the plan: a step starts in the moment in which the last one that it waits for is done. What a subgraph does never
 * rejects: each failure becomes errors of `fetched` with the paths of what stays empty.
 */
export function runPlan(plan: Plan, run: Run, fetched: Fetched): Running {
  const { steps } = plan;
  const open = steps.map(({ waitsFor }) => waitsFor.length);
  const done = steps.map(() => false);
  const milestones: Milestone[] = [];

  function start(index: number, step: FetchStep): void {
    const fetch = fetchStep(step, plan.places, run, fetched);
    if (fetch)
      fetch.then(
        () => finish(index, step),
        (error: unknown) => milestones.forEach(({ reject }) => reject(error)),
      );
    else finish(index, step);
  }

  function finish(index: number, step: FetchStep): void {
    done[index] = true;
    for (const other of step.unblocks) {
      const next = steps[other];
      open[other] = (open[other] ?? 0) - 1;
      if (open[other] === 0 && next) start(other, next);
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

  const first = milestone(steps.flatMap(({ block }, index) => (block === 0 ? [index] : [])));
  const later = plan.later.map((part) => milestone(part.steps));
  for (const promise of later) promise.catch(() => undefined); // whoever waits for it hears of it
  for (const [index, step] of steps.entries()) if (step.waitsFor.length === 0) start(index, step);
  return { first, later: (index) => later[index] ?? Promise.resolve() };
}

interface Milestone {
  readonly check: () => void;
  readonly reject: (reason: unknown) => void;
}

/** @returns null when there is nothing to ask */
function fetchStep(step: FetchStep, places: readonly Place[], run: Run, fetched: Fetched): Promise<void> | null {
  for (const { variable, equals } of step.conditions) if ((run.coerced[variable] === true) !== equals) return null;
  const batches = step.entities.map((part) => collectBatch(part, fetched, places));
  if (!step.root && batches.every(({ texts }) => texts.length === 0)) return null;
  const at = { step, batches, fetched, places, schema: run.schema };
  return run
    .clientOf(step.service)(askOf(step, batches, run.variables), run.context)
    .then((answer) => takeAnswer(answer, at));
}

export function askOf(step: FetchStep, batches: readonly Batch[], clientVariables: Readonly<Record<string, unknown>>): Ask {
  const given = step.variables.filter(({ clientName }) => Object.hasOwn(clientVariables, clientName));
  return {
    operation: step.operation,
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
      return `${step.bodyPrefix}{${text.slice(1)}}}`;
    },
  };
}
