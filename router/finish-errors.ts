import { GraphQLError } from 'graphql';
import type { ErrorPath } from './client-errors.ts';
import type { AnswerText } from './execute/router-result.ts';

/** Makes errors fit for clients: each one's path leads to a field of the answer, and nothing is said twice. */
export const finishErrors = (errors: readonly GraphQLError[], data: Pick<AnswerText, 'value'> | null): GraphQLError[] =>
  distinct(errors.map((error) => visiblePath(error, data?.value)));

function visiblePath(error: GraphQLError, data: unknown): GraphQLError {
  const { path, message, extensions } = error;
  if (!path || !data) return error;
  const visible = withinAnswer(path, data);
  return visible.length === path.length
    ? error
    : new GraphQLError(message, { path: visible, extensions, originalError: error.originalError });
}

/**
 * The part of a path that exists in the answer. The planner also fetches fields that the client did not ask for (keys, `@requires`);
 * an error there belongs to the object around it. A path that ends in a null is whole: the null is its effect.
 */
function withinAnswer(path: ErrorPath, data: unknown): ErrorPath {
  let value = data;
  for (const [depth, key] of path.entries()) {
    if (value === null) return path;
    if (typeof value !== 'object' || !Object.hasOwn(value, key)) return depth === 0 ? path : path.slice(0, depth);
    value = (value as Record<string | number, unknown>)[key];
  }
  return path;
}

const distinct = (errors: readonly GraphQLError[]): GraphQLError[] => [
  ...new Map(
    errors.map((error) => [JSON.stringify([error.path, error.message, error.extensions['code'], error.extensions['service']]), error]),
  ).values(),
];
