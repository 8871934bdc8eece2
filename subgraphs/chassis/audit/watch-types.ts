import { isObjectType, type GraphQLSchema } from 'graphql';
import type { AuditTrail } from '../audit-trail.ts';

/** Which thing of which patient a row is. */
export interface AuditedThing {
  readonly id: string;
  readonly patientId: string | null;
}

/** How to tell, for each GraphQL type whose values are data of a patient, what a value is. `Row` is what resolvers give for the type. */
export type AuditedTypes<Context> = Readonly<Record<string, AuditedType<Context>>>;

// Rows differ by type: each entry names its own.
export type AuditedType<Context> = { of(row: never, context: Context): AuditedThing | Promise<AuditedThing> };

/**
 * Has every value of these types that goes into an answer recorded as seen, whichever resolver it came from: a field, a list, a
 * connection, `_entities`. graphql-js asks a type before it completes a value of it, so that no resolver can forget it.
 * @throws TypeError when the schema lacks a type, or the type has an `isTypeOf` of its own
 */
export function watchTypes<Context extends { readonly audit: AuditTrail }>(schema: GraphQLSchema, audited: AuditedTypes<Context>): void {
  for (const [name, { of }] of Object.entries(audited)) {
    const type = schema.getType(name);
    if (!isObjectType(type) || type.isTypeOf) throw new TypeError(`${name} is audited, and is no object type that can be watched`);
    type.isTypeOf = (row: unknown, context: Context) => {
      const thing = of(row as never, context);
      const see = ({ id, patientId }: AuditedThing): true => {
        context.audit.seen(name, id, patientId);
        return true;
      };
      return thing instanceof Promise ? thing.then(see) : see(thing);
    };
  }
}

/** A row with `id` and `patientId`. */
export const ofPatient: AuditedType<unknown> = { of: ({ id, patientId }: AuditedThing) => ({ id, patientId }) };
