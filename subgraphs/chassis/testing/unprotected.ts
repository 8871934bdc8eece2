import type { RowProtection } from '../protection/row-protection.ts';

/** For tests of what protects no table. */
export const unprotected: RowProtection = {
  sealRows: async (_table, rows) => [...rows],
  openRows: async (_table, rows) => [...rows],
  blindIndex: () => Promise.reject(new Error('nothing is indexed here')),
};
