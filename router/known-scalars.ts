import { isScalarType } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { scalars } from '#chassis/scalars.ts';

/**
 * Lets the router check values of the scalars of schema/common.graphql itself: a mistake in a query is then the client's before
 * anything is planned, with a sentence that says how the value must look. Scalars it does not know pass unchecked.
 */
export function checkKnownScalars(schema: GraphQLSchema): void {
  for (const [name, scalar] of Object.entries(scalars)) {
    const type = schema.getType(name);
    if (!isScalarType(type)) continue;
    type.parseValue = scalar.parseValue.bind(scalar);
    type.parseLiteral = scalar.parseLiteral.bind(scalar);
  }
}
