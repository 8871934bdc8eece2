import type { GraphQLSchema } from 'graphql';
import { answerBytes } from './graphs/graph.ts';
import type { GraphqlBody } from './graphs/graph.ts';

interface Known {
  readonly answer: Buffer;
  readonly representations: number;
  readonly distinct: number;
}

export interface Counts {
  readonly requests: number;
  /** Entity representations sent, and how many of them differ within their request. */
  readonly representations: number;
  readonly distinct: number;
}

/** A real subgraph that executes each distinct request once and then answers from memory, so that what is measured is the router. */
export class MemoizedSubgraph {
  readonly #schema: GraphQLSchema;
  readonly #known = new Map<string, Known | Promise<Known>>();
  #requests = 0;
  #representations = 0;
  #distinct = 0;

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
  }

  /** @param body the GraphQL request as JSON */
  answer(body: string): Buffer | Promise<Buffer> {
    const known = this.#known.get(body);
    if (known && !(known instanceof Promise)) return this.#count(known);
    return this.#learn(body, known).then((learnt) => this.#count(learnt));
  }

  takeCounts(): Counts {
    const counts = { requests: this.#requests, representations: this.#representations, distinct: this.#distinct };
    this.#requests = this.#representations = this.#distinct = 0;
    return counts;
  }

  async #learn(body: string, underWay: Promise<Known> | undefined): Promise<Known> {
    if (underWay) return underWay;
    const request = JSON.parse(body) as GraphqlBody;
    const learning = answerBytes(this.#schema, request).then((text) => ({ answer: Buffer.from(text), ...representationsIn(request) }));
    this.#known.set(body, learning);
    const learnt = await learning;
    this.#known.set(body, learnt);
    return learnt;
  }

  #count({ answer, representations, distinct }: Known): Buffer {
    this.#requests += 1;
    this.#representations += representations;
    this.#distinct += distinct;
    return answer;
  }
}

export const sumOfCounts = (all: readonly Counts[]): Counts => ({
  requests: sum(all.map(({ requests }) => requests)),
  representations: sum(all.map(({ representations }) => representations)),
  distinct: sum(all.map(({ distinct }) => distinct)),
});

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

// Routers name the variable differently, and some send several: a representation is known by its __typename.
function representationsIn({ variables = {} }: GraphqlBody): { representations: number; distinct: number } {
  const lists = Object.values(variables).filter((value): value is object[] => Array.isArray(value) && value.every(isRepresentation));
  return {
    representations: sum(lists.map((list) => list.length)),
    distinct: new Set(lists.flat().map((representation) => JSON.stringify(representation))).size,
  };
}

const isRepresentation = (value: unknown): boolean => typeof value === 'object' && value !== null && '__typename' in value;
