import { isObjectType, type GraphQLSchema } from 'graphql';
import type { AuditTrail } from '../audit-trail.ts';

/** Which thing of which patient a row is. */
export interface AuditedThing {
  readonly id: string;
  readonly patientId: string | null;
}

/** How to tell, for each GraphQL type whose values are data of a patient, what a value is. `Row` is what resolvers give for the type. */
export type AuditedTypes = Readonly<Record<string, AuditedType>>;

// Rows differ by type: each entry names its own.
export type AuditedType = (row: never) => AuditedThing;

/**
 * Has every value of these types that goes into an answer recorded as seen, whichever resolver it came from: a field, a list, a
 * connection, `_entities`. graphql-js asks a type before it completes a value of it, so that no resolver can forget it.
 * @throws TypeError when the schema lacks a type, or the type has an `isTypeOf` of its own
 */
export function watchTypes(schema: GraphQLSchema, audited: AuditedTypes): void {
  for (const [name, thingOf] of Object.entries(audited)) {
    const type = schema.getType(name);
    if (!isObjectType(type) || type.isTypeOf) throw new TypeError(`${name} is audited, and is no object type that can be watched`);
    type.isTypeOf = (row: unknown, { audit }: { readonly audit: AuditTrail }) => {
      const { id, patientId } = thingOf(row as never);
      audit.seen(name, id, patientId);
      return true;
    };
  }
}

/** A row with `id` and `patientId`. */
export const ofPatient: AuditedType = ({ id, patientId }: AuditedThing) => ({ id, patientId });
