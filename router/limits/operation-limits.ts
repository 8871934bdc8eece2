/** What one operation may be, whoever sends it and in whatever way. See docs/limits.md. */
export interface OperationLimits {
  /** Length of the document's text. */
  readonly characters: number;
  /** Words and signs of the document; more are not even read. */
  readonly tokens: number;
  /** Fields within fields: `{ me { patient { id } } }` has 3. The introspection query of tools has 15. */
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
  /** Fields at the root of the operation. */
  readonly rootFields: number;
  /** Fields and fragments. Planning cost grows with them. The introspection query of tools has about 350. */
  readonly selections: number;
  /** See operation-cost.ts. */
  readonly cost: number;
}

export const defaultOperationLimits: OperationLimits = {
  characters: 64 * 1024,
  tokens: 2_000,
  depth: 16,
  aliases: 50,
  directives: 50,
  rootFields: 20,
  selections: 500,
  cost: 15_000,
};
