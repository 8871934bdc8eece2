import type { Practitioner } from '../subgraphs/appointment/generated/prisma/client.ts';
import type { NoteSections } from '../subgraphs/visit/note-content.ts';
import type { Random } from './random.ts';

// Invented findings of nobody.

type Text = readonly [subjective: string, objective: string, assessment: string, plan: string];

const general: readonly Text[] = [
  [
    'Cough for nine days, no fever, sleeps badly.',
    'Speaks in full sentences, no distress on video.',
    'Acute bronchitis, likely viral.',
    'Fluids and rest; to call back if fever or short of breath.',
  ],
  [
    'Home blood pressure around 148/92 for two weeks.',
    'Looks well. Readings reviewed from the log.',
    'Hypertension, above target.',
    'Medication as prescribed, readings twice a day, follow-up in four weeks.',
  ],
  ['Asks about results of the yearly check.', 'Results reviewed together.', 'No finding that needs treatment.', 'Next check in a year.'],
  [
    'Heartburn after late meals, three times a week.',
    'No alarm symptoms reported.',
    'Reflux without alarm signs.',
    'Smaller evening meals; medication for four weeks.',
  ],
];

const bySpecialty: Partial<Record<Practitioner['specialty'], readonly Text[]>> = {
  CARDIOLOGY: [
    [
      'Palpitations twice a week for seconds, no syncope.',
      'Pulse regular by the home device, 74.',
      'Benign palpitations likely.',
      'Event recorder for two weeks, less coffee.',
    ],
  ],
  DERMATOLOGY: [
    [
      'Itching patch at the left elbow for a month.',
      'Photo: scaly plaque, sharply bordered, 3 cm.',
      'Eczema, mild.',
      'Cream twice a day for two weeks, photo afterwards.',
    ],
  ],
  PSYCHIATRY: [
    [
      'Low mood since spring, sleeps five hours.',
      'Oriented, affect reduced, no thoughts of self-harm.',
      'Depressive episode, moderate.',
      'Medication started, weekly sessions, safety plan discussed.',
    ],
  ],
  PEDIATRICS: [
    [
      'Runny nose for four days, drinks well.',
      'Playful on video, no retractions.',
      'Viral infection of the upper airways.',
      'Fluids; to be seen if fever lasts beyond three days.',
    ],
  ],
  ENDOCRINOLOGY: [
    [
      'Morning glucose 150 to 165 mg/dL.',
      'Log reviewed. Weight stable.',
      'Type 2 diabetes, above target.',
      'Medication adjusted, log for two weeks.',
    ],
  ],
  NEUROLOGY: [
    [
      'Headaches on one side, twice a month, with nausea.',
      'No deficit in the examination by video.',
      'Migraine without aura.',
      'Treatment for the attack, headache diary.',
    ],
  ],
};

const scripted: Readonly<Record<string, Text>> = {
  'first visit': [
    'Home blood pressure around 150/94 for three weeks. Sneezing since the window was left open.',
    'Well on video, speaks in full sentences. Log reviewed.',
    'Hypertension, above target. Seasonal rhinitis.',
    'Lisinopril 10 mg once a day, cetirizine as needed. Follow-up by video.',
  ],
  'second visit': [
    'Blood pressure better, 134/86. Thirsty at night; fasting glucose 138 mg/dL at the drug store.',
    'Well on video. Readings reviewed.',
    'Hypertension, nearly on target. Type 2 diabetes, new.',
    'Metformin 500 mg with breakfast and dinner. Laboratory at the practice. Sore throat: to be looked at before any antibiotic, penicillin allergy.',
  ],
};

export function noteText(draw: Random, specialty: Practitioner['specialty'], script: string | null): NoteSections {
  const own = script === null ? undefined : scripted[script];
  const [subjective, objective, assessment, plan] = own ?? draw.pick([...(bySpecialty[specialty] ?? []), ...general]);
  return { subjective, objective, assessment, plan };
}
