import type { Practitioner } from '../subgraphs/appointment/generated/prisma/client.ts';

/** A medication as it is usually prescribed. */
export interface Regimen {
  /** Code of the catalogue. None of them is a controlled substance. */
  readonly code: string;
  readonly doseAmount: string;
  readonly frequencyPerDay: number;
  readonly durationDays: number;
  readonly quantity: number;
  readonly refills: number;
  readonly instructions: string | null;
}

const lasting = (code: string, frequencyPerDay = 1, doseAmount = '1', instructions: string | null = null): Regimen => ({
  code,
  doseAmount,
  frequencyPerDay,
  durationDays: 90,
  quantity: 90 * frequencyPerDay,
  refills: 3,
  instructions,
});

const short = (
  code: string,
  frequencyPerDay: number,
  durationDays: number,
  quantity: number,
  doseAmount = '1',
  instructions: string | null = null,
): Regimen => ({
  code,
  doseAmount,
  frequencyPerDay,
  durationDays,
  quantity,
  refills: 0,
  instructions,
});

const byMouth = 'With a glass of water.';

const general = [
  lasting('rx-lisinopril-10mg-tablet'),
  lasting('rx-amlodipine-5mg-tablet'),
  lasting('rx-atorvastatin-20mg-tablet', 1, '1', 'In the evening.'),
  short('rx-azithromycin-250mg-tablet', 1, 5, 6, '1', byMouth),
  short('rx-amoxicillin-500mg-capsule', 3, 7, 21, '1', byMouth),
  short('rx-doxycycline-100mg-capsule', 2, 7, 14, '1', byMouth),
  short('rx-cetirizine-10mg-tablet', 1, 30, 30),
  short('rx-pantoprazole-40mg-tablet', 1, 28, 28, '1', 'Half an hour before breakfast.'),
  short('rx-naproxen-500mg-tablet', 2, 7, 14, '1', 'With food.'),
] as const;

const bySpecialty: Partial<Record<Practitioner['specialty'], readonly Regimen[]>> = {
  CARDIOLOGY: [lasting('rx-metoprolol-50mg-tablet', 2), lasting('rx-losartan-50mg-tablet'), lasting('rx-rosuvastatin-20mg-tablet')],
  DERMATOLOGY: [
    short('rx-hydrocortisone-2.5percent-cream', 2, 14, 30, '1', 'A thin layer.'),
    short('rx-triamcinolone-0.1percent-cream', 2, 10, 30, '1', 'A thin layer, not on the face.'),
    short('rx-clotrimazole-1percent-cream', 2, 14, 30),
  ],
  PSYCHIATRY: [
    lasting('rx-sertraline-50mg-tablet'),
    lasting('rx-escitalopram-10mg-tablet'),
    lasting('rx-bupropion-150mg-extended-release-tablet'),
  ],
  ENDOCRINOLOGY: [
    lasting('rx-metformin-500mg-tablet', 2, '1', 'With meals.'),
    lasting('rx-levothyroxine-50mcg-tablet', 1, '1', 'On an empty stomach.'),
    lasting('rx-sitagliptin-100mg-tablet'),
  ],
  NEUROLOGY: [short('rx-sumatriptan-50mg-tablet', 1, 30, 9, '1', 'At the onset of the attack.'), lasting('rx-topiramate-50mg-tablet', 2)],
};

const forChildren = [
  short('rx-amoxicillin-50mg-ml-oral-liquid', 2, 7, 140, '8', 'Shake well.'),
  short('rx-azithromycin-40mg-ml-oral-liquid', 1, 3, 15, '5', 'Shake well.'),
  short('rx-acetaminophen-32mg-ml-oral-liquid', 3, 3, 90, '7.5', 'For fever.'),
  short('rx-hydrocortisone-2.5percent-cream', 2, 7, 30, '1', 'A thin layer.'),
] as const;

/** What a practitioner of the specialty would think of. */
export const regimensFor = (specialty: Practitioner['specialty'], minor: boolean): readonly Regimen[] =>
  minor ? forChildren : [...(bySpecialty[specialty] ?? []), ...(bySpecialty[specialty] ?? []), ...general];
