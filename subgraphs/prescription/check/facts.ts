import type { Dose } from '../dosage.ts';

// What the check is told, and what it says. Nothing here knows of a database.

export interface Substance {
  readonly slug: string;
  readonly name: string;
  readonly classes: readonly string[];
  /** In one dose unit; null where it is not measured in mass. */
  readonly micrograms: bigint | null;
  readonly maxDailyMicrograms: bigint | null;
  readonly maxDailySource: string | null;
}

/** A medication and how it is taken. */
export interface Therapy {
  readonly prescriptionId: string;
  readonly medication: { readonly code: string; readonly name: string; readonly substances: readonly Substance[] };
  readonly dose: Dose;
}

export interface KnownAllergy {
  readonly allergyId: string;
  /** `ingredient:…`, `class:…` or `other:…`. */
  readonly substanceCode: string;
  readonly criticality: string;
}

export interface KnownInteraction {
  readonly a: string;
  readonly b: string;
  readonly severity: Severity;
  readonly effect: string;
  readonly source: string;
}

export interface CheckFacts {
  readonly draft: Therapy;
  /** What the patient takes already, without what the draft replaces. */
  readonly active: readonly Therapy[];
  readonly allergies: readonly KnownAllergy[];
  readonly interactions: readonly KnownInteraction[];
}

/** What the check asks of the catalogue. */
export interface KnownSubstances {
  /** The drug classes of a substance; undefined for one that the catalogue does not know. */
  classesOf(slug: string): readonly string[] | undefined;
  hasClass(name: string): boolean;
}

/** What rows of the catalogue know; enough are those of the substances and classes that will be asked for. */
export function knownSubstances(rows: readonly { readonly slug: string; readonly classes: readonly string[] }[]): KnownSubstances {
  const classesBySlug = new Map(rows.map(({ slug, classes }) => [slug, classes]));
  const classNames = new Set(rows.flatMap(({ classes }) => classes));
  return { classesOf: (slug) => classesBySlug.get(slug), hasClass: (name) => classNames.has(name) };
}

export type Severity = 'HIGH' | 'MODERATE' | 'LOW';
export type IssueCode = 'ALLERGY' | 'INTERACTION' | 'DUPLICATE_THERAPY' | 'DOSE';

export interface Finding {
  readonly code: IssueCode;
  readonly severity: Severity;
  /** Tells whether a later check found the same thing: an override then still holds. */
  readonly fingerprint: string;
  readonly detail: string;
  /** Ids of allergies and prescriptions, slugs of substances. */
  readonly implicated: readonly string[];
  readonly source: string;
}

/** How interactions and allergies name a substance: itself and each of its classes. */
export const tags = (substance: Substance): string[] => [
  `ingredient:${substance.slug}`,
  ...substance.classes.map((name) => `class:${name}`),
];
