import { GraphQLError } from 'graphql';
import type { Excess } from './measure-document.ts';

const whatIsCounted: Readonly<Record<Exclude<Excess['limit'], 'cost'>, string>> = {
  characters: 'characters',
  tokens: 'tokens',
  depth: 'levels of fields',
  aliases: 'aliases',
  directives: 'directives',
  rootFields: 'fields at its root',
  selections: 'fields and fragments, its named fragments written out',
};

/** One error for each limit of operation-limits.ts: which one, how much it was, how much it may be. */
export function tooLarge({ limit, value, most }: Excess): GraphQLError {
  const told = { limit, ...(value !== null && { value }), most };
  if (limit === 'cost')
    return new GraphQLError(
      `The operation may cost ${value}, and ${most} is the most that one may. Ask for shorter lists, or for less of each item.`,
      { extensions: { code: 'COST_LIMIT_EXCEEDED', ...told, http: { status: 400 } } },
    );
  return new GraphQLError(
    `The operation has ${value ?? `more than ${most}`} ${whatIsCounted[limit]}, and ${most} is the most that one may have. Ask for less at once.`,
    { extensions: { code: 'OPERATION_TOO_LARGE', ...told, http: { status: 400 } } },
  );
}
