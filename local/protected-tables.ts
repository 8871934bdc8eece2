import type { ProtectedTable } from '#chassis/protection/protected-tables.ts';
import type { SubgraphName } from '#schema/events.ts';
import { protectedTables as appointment } from '../subgraphs/appointment/protected-columns.ts';
import { protectedTables as billing } from '../subgraphs/billing/protected-columns.ts';
import { protectedTables as patient } from '../subgraphs/patient/protected-columns.ts';
import { protectedTables as prescription } from '../subgraphs/prescription/protected-columns.ts';
import { protectedTables as visit } from '../subgraphs/visit/protected-columns.ts';

/** Which columns each subgraph encrypts, for programs that look at all of them. */
export const protectedTablesOf: Readonly<Record<SubgraphName, readonly ProtectedTable[]>> = {
  patient,
  appointment,
  visit,
  prescription,
  billing,
};
