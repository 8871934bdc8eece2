import { isObjectType, type GraphQLSchema } from 'graphql';
import { badInput } from './errors.ts';

/** Most entities that one request to a subgraph may ask for, over all aliases of `_entities`. The router sends no more. */
export const maxRepresentations = 1_000;

/** Makes `_entities` refuse what is beyond the limit (BAD_USER_INPUT), before anything of it is loaded. */
export function capEntities(schema: GraphQLSchema): void {
  const query = schema.getQueryType();
  const field = isObjectType(query) ? query.getFields()['_entities'] : undefined;
  const resolve = field?.resolve;
  if (!field || !resolve) return;
  // The context is made for one request.
  const asked = new WeakMap<object, number>();
  field.resolve = (source, args, context: object, info) => {
    const { representations } = args as { representations: readonly unknown[] };
    const count = (asked.get(context) ?? 0) + representations.length;
    asked.set(context, count);
    if (count > maxRepresentations)
      throw badInput('representations', `one request may ask for at most ${maxRepresentations} entities. Ask in several.`);
    return resolve(source, args, context, info);
  };
}
