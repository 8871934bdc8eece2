import { ingredients } from './ingredients.ts';

type Route = 'ORAL' | 'INHALATION' | 'SUBCUTANEOUS' | 'TOPICAL' | 'TRANSDERMAL' | 'OPHTHALMIC' | 'NASAL' | 'SUBLINGUAL' | 'INTRAMUSCULAR';
type DoseUnit = 'TABLET' | 'CAPSULE' | 'ML' | 'PUFF' | 'SPRAY' | 'DROP' | 'PATCH' | 'UNIT' | 'APPLICATION' | 'INJECTION';
export type Schedule = 'NONE' | 'II' | 'III' | 'IV' | 'V';

export interface CatalogueMedication {
  /** Invented, in the style of RxNorm: `rx-amoxicillin-500mg-capsule`. */
  readonly code: string;
  readonly name: string;
  readonly form: string;
  readonly strength: string;
  readonly route: Route;
  readonly doseUnit: DoseUnit;
  readonly schedule: Schedule;
  /** Substances by slug with the micrograms in one dose unit; null where it is not measured in mass. */
  readonly composition: readonly { readonly slug: string; readonly micrograms: number | null }[];
}

/** Substances by slug with the milligrams in one dose unit. */
type Parts = Readonly<Record<string, number>>;

const names = new Map(ingredients.map(({ slug, name }) => [slug, name]));
const displayName = (slug: string): string => {
  const name = names.get(slug);
  if (!name) throw new TypeError(`the catalogue has no ingredient ${slug}`);
  return name;
};

interface Shape {
  form: string;
  route: Route;
  doseUnit: DoseUnit;
  schedule: Schedule;
  strength: string;
  composition: CatalogueMedication['composition'];
}

function medication({ composition, strength, form, ...rest }: Shape): CatalogueMedication {
  const title = composition.map(({ slug }) => displayName(slug)).join('/');
  const parts = ['rx', ...composition.map(({ slug }) => slug), strength.replaceAll(' ', '').replaceAll('%', 'percent'), form];
  const code = parts
    .join('-')
    .toLowerCase()
    .replaceAll(/[^a-z0-9.]+/g, '-');
  const name = title.charAt(0) + title.slice(1).toLowerCase();
  return { code, name: `${name} ${strength} ${form}`, form, strength, composition, ...rest };
}

/** Of small amounts people read micrograms: 0.05 mg is `50 mcg`. */
const inWords = (mg: number): string => (mg < 0.2 ? `${Math.round(mg * 1_000_000) / 1000} mcg` : `${mg} mg`);

const byMass =
  (form: string, route: Route, doseUnit: DoseUnit, per = '') =>
  (parts: Parts, schedule: Schedule = 'NONE'): CatalogueMedication =>
    medication({
      form,
      route,
      doseUnit,
      schedule,
      strength: Object.values(parts).map(inWords).join('/') + per,
      composition: Object.entries(parts).map(([slug, mg]) => ({ slug, micrograms: Math.round(mg * 1000) })),
    });

const withoutMass = (slug: string, shape: Omit<Shape, 'composition'>): CatalogueMedication =>
  medication({ ...shape, composition: [{ slug, micrograms: null }] });

export const tablet = byMass('tablet', 'ORAL', 'TABLET');
export const capsule = byMass('capsule', 'ORAL', 'CAPSULE');
export const extendedRelease = byMass('extended-release tablet', 'ORAL', 'TABLET');
export const sublingual = byMass('sublingual tablet', 'SUBLINGUAL', 'TABLET');
export const liquid = byMass('oral liquid', 'ORAL', 'ML', '/mL');
export const inhaler = byMass('inhaler', 'INHALATION', 'PUFF', '/puff');
export const nasalSpray = byMass('nasal spray', 'NASAL', 'SPRAY', '/spray');

export const cream = (slug: string, strength: string, form = 'cream', schedule: Schedule = 'NONE'): CatalogueMedication =>
  withoutMass(slug, { form, strength, schedule, route: 'TOPICAL', doseUnit: 'APPLICATION' });

export const patch = (slug: string, strength: string, schedule: Schedule = 'NONE'): CatalogueMedication =>
  withoutMass(slug, { form: 'patch', strength, schedule, route: 'TRANSDERMAL', doseUnit: 'PATCH' });

export const eyeDrops = (slug: string, strength: string): CatalogueMedication =>
  withoutMass(slug, { form: 'eye drops', strength, schedule: 'NONE', route: 'OPHTHALMIC', doseUnit: 'DROP' });

export const pen = (slug: string, strength: string, doseUnit: 'UNIT' | 'INJECTION'): CatalogueMedication =>
  withoutMass(slug, { form: 'pen', strength, schedule: 'NONE', route: doseUnit === 'UNIT' ? 'SUBCUTANEOUS' : 'INTRAMUSCULAR', doseUnit });
