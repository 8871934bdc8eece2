import { dailyNanograms, microgramsInMg, nanogramsInMg } from '../dosage.ts';
import type { CheckFacts, Finding, Therapy } from './facts.ts';

/** Each ingredient of which the draft, with what the patient takes already, brings more in a day than an adult takes at most. */
export function doseFindings({ draft, active }: CheckFacts): Finding[] {
  return draft.medication.substances.flatMap((substance) => {
    const own = dailyNanograms(draft.dose, substance.micrograms);
    if (own === null || substance.maxDailyMicrograms === null) return [];
    const others = active.flatMap((therapy) => {
      const amount = dailyOf(therapy, substance.slug);
      return amount === null ? [] : [{ prescriptionId: therapy.prescriptionId, amount }];
    });
    const total = others.reduce((sum, { amount }) => sum + amount, own);
    if (total <= substance.maxDailyMicrograms * 1000n) return [];
    const together = others.length > 0 ? ', active medications included' : '';
    return [
      {
        code: 'DOSE' as const,
        severity: 'HIGH' as const,
        fingerprint: ['DOSE', draft.medication.code, substance.slug, total, substance.maxDailyMicrograms].join('|'),
        detail: `${nanogramsInMg(total)} mg of ${substance.slug} a day${together}; the limit for adults is ${microgramsInMg(substance.maxDailyMicrograms)} mg.`,
        implicated: [substance.slug, ...others.map(({ prescriptionId }) => prescriptionId)],
        source: substance.maxDailySource ?? 'the catalogue',
      },
    ];
  });
}

function dailyOf(therapy: Therapy, slug: string): bigint | null {
  const substance = therapy.medication.substances.find((one) => one.slug === slug);
  return substance ? dailyNanograms(therapy.dose, substance.micrograms) : null;
}
