import { GraphQLError } from 'graphql';
import { finishErrors } from '../finish-errors.ts';
import type { Shape } from '../plan/shape.ts';
import { clientPaths } from './client-paths.ts';
import type { Fetched } from './fetched.ts';
import type { Json } from './json-object.ts';
import { AnswerText, type RouterResult } from './router-result.ts';
import { writeAnswer, type LaterPlace } from './write-answer.ts';

/** The errors of a part of the answer, with the paths that the client sees. */
export const clientErrors = (fetched: Fetched, shape: Shape, block: number): GraphQLError[] =>
  fetched.errors.flatMap(({ block: own, error }) =>
    own !== block
      ? []
      : clientPaths(error.path ?? [], shape, fetched.data).map(
          (path) => new GraphQLError(error.message, { path, extensions: error.extensions }),
        ),
  );

/** What the client gets of what was fetched, and the places of which more comes later. */
export function answerOf(
  fetched: Fetched,
  shape: Shape,
  schemaPart: { readonly data?: Json | null; readonly errors?: readonly GraphQLError[] } | null,
): RouterResult & { readonly later: readonly LaterPlace[] } {
  const known = fetched.errors.length > 0 ? clientErrors(fetched, shape, 0) : [];
  const { text, errors, later } = writeAnswer(fetched.data, shape, {
    known,
    absent: fetched.absent,
    shared: fetched.shared,
    introspection: schemaPart?.data ?? {},
  });
  const data = text === null ? null : new AnswerText(text);
  const all = [...known, ...errors, ...(schemaPart?.errors ?? [])];
  return { data, later, ...(all.length > 0 && { errors: finishErrors(all, data) }) };
}
