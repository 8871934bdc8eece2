import type { PlanSourceOptions, Planned } from './plan-source.ts';

/**
 * The planner itself: answers when it is done, and nothing else of its thread runs before.
 * @returns what plans one operation with its fragments @throws when it is no supergraph
 */
export declare function queryPlanning(options: PlanSourceOptions): (document: string) => Planned;
