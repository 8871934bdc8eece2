/**
 * A scope of SMART on FHIR v2 (App Launch 2.2, "Scopes for requesting FHIR Resources"): `patient/Prescription.rs`, `user/*.cruds`,
 * `system/Claim.rs?status=active`. v1's `.read`, `.write` and `.*` stand for `.rs`, `.cud` and `.cruds`.
 */
interface SmartScope {
  /** In whose name: `patient`, `user` or `system`. None covers another. */
  readonly level: string;
  /** `*` for all of them. */
  readonly resource: string;
  /** Some of `cruds`, in this order. */
  readonly letters: string;
  /** Parameters in a fixed order; empty when it is not narrowed. */
  readonly narrowedTo: string;
}

/** A scope as it was written and, where it is one of SMART, what it says. */
export interface Scope {
  readonly text: string;
  readonly smart: SmartScope | null;
}

const form = /^(?<level>patient|user|system)\/(?<resource>\*|[A-Z][A-Za-z]*)\.(?<letters>c?r?u?d?s?|read|write|\*)(?:\?(?<query>.+))?$/;
const lettersOfV1: ReadonlyMap<string, string> = new Map([
  ['read', 'rs'],
  ['write', 'cud'],
  ['*', 'cruds'],
]);

export function readScope(text: string): Scope {
  const { level = '', resource = '', letters = '', query } = form.exec(text)?.groups ?? {};
  const ofV1 = lettersOfV1.get(letters);
  // v1 knows no parameters; a scope without a letter allows nothing.
  if (letters === '' || (ofV1 !== undefined && query !== undefined)) return { text, smart: null };
  return { text, smart: { level, resource, letters: ofV1 ?? letters, narrowedTo: query?.split('&').sort().join('&') ?? '' } };
}

/** Does who holds the one have the other? What is narrowed by parameters covers only what is narrowed by the same ones. */
export function coversScope(held: Scope, required: Scope): boolean {
  if (held.text === required.text) return true;
  const [has, needs] = [held.smart, required.smart];
  return (
    has !== null &&
    needs !== null &&
    has.level === needs.level &&
    (has.resource === '*' || has.resource === needs.resource) &&
    (has.narrowedTo === '' || has.narrowedTo === needs.narrowedTo) &&
    [...needs.letters].every((letter) => has.letters.includes(letter))
  );
}
