/** Two substances, or classes, that should not meet unwatched. */
export interface CatalogueInteraction {
  /** `ingredient:…` or `class:…`. The order of `a` and `b` has no meaning. */
  readonly a: string;
  readonly b: string;
  readonly severity: 'HIGH' | 'MODERATE' | 'LOW';
  /** What may happen, as the second half of a sentence: "… together …". */
  readonly effect: string;
  readonly source: string;
}

const pair =
  (severity: CatalogueInteraction['severity']) =>
  (a: string, b: string, effect: string, source: string): CatalogueInteraction => ({ a, b, severity, effect, source });

const high = pair('HIGH');
const moderate = pair('MODERATE');
const low = pair('LOW');

export const interactions: readonly CatalogueInteraction[] = [
  // Bleeding
  high(
    'ingredient:warfarin',
    'class:nsaids',
    'raises the risk of serious bleeding, above all from the stomach',
    'FDA label: warfarin, section 7',
  ),
  high(
    'ingredient:warfarin',
    'ingredient:sulfamethoxazole',
    'slows the breakdown of warfarin: INR and bleeding risk rise',
    'FDA label: warfarin, section 7',
  ),
  high(
    'ingredient:warfarin',
    'ingredient:metronidazole',
    'slows the breakdown of warfarin: INR and bleeding risk rise',
    'FDA label: metronidazole, section 7',
  ),
  high(
    'ingredient:warfarin',
    'ingredient:fluconazole',
    'slows the breakdown of warfarin: INR and bleeding risk rise',
    'FDA label: fluconazole, section 7',
  ),
  high(
    'ingredient:warfarin',
    'ingredient:amiodarone',
    'slows the breakdown of warfarin for weeks: reduce the dose and watch the INR',
    'FDA label: amiodarone, section 7',
  ),
  high(
    'ingredient:warfarin',
    'class:factor-xa-inhibitors',
    'adds one anticoagulant to another: bleeding',
    'FDA label: apixaban, section 7',
  ),
  moderate('ingredient:warfarin', 'class:macrolides', 'may raise the INR within days', 'FDA label: clarithromycin, section 7'),
  moderate('ingredient:warfarin', 'class:fluoroquinolones', 'may raise the INR within days', 'FDA label: ciprofloxacin, section 7'),
  moderate('class:ssris', 'class:nsaids', 'raises the risk of bleeding from the stomach', 'FDA label: sertraline, section 7'),
  moderate('class:ssris', 'class:anticoagulants', 'raises the risk of bleeding', 'FDA label: sertraline, section 7'),
  moderate('class:snris', 'class:anticoagulants', 'raises the risk of bleeding', 'FDA label: duloxetine, section 7'),
  high('class:factor-xa-inhibitors', 'class:nsaids', 'raises the risk of serious bleeding', 'FDA label: apixaban, section 7'),
  moderate(
    'class:antiplatelets',
    'class:anticoagulants',
    'raises the risk of bleeding; needs a clear reason',
    'FDA label: clopidogrel, section 7',
  ),
  moderate(
    'ingredient:clopidogrel',
    'ingredient:omeprazole',
    'makes clopidogrel weaker; prefer pantoprazole',
    'FDA label: clopidogrel, section 7',
  ),
  // Breathing and consciousness
  high(
    'class:opioids',
    'class:benzodiazepines',
    'may stop the breathing: profound sedation, coma, death',
    'FDA boxed warning: opioids and benzodiazepines (2016)',
  ),
  high('class:opioids', 'class:sedative-hypnotics', 'may stop the breathing: profound sedation', 'FDA label: zolpidem, section 7'),
  moderate(
    'class:opioids',
    'class:gabapentinoids',
    'deepens sedation and may depress the breathing',
    'FDA drug safety communication: gabapentinoids (2019)',
  ),
  moderate('class:opioids', 'class:muscle-relaxants', 'deepens sedation and may depress the breathing', 'FDA label: oxycodone, section 7'),
  moderate(
    'class:benzodiazepines',
    'class:sedative-hypnotics',
    'adds sedation to sedation: falls, confusion',
    'FDA label: zolpidem, section 7',
  ),
  low('class:first-generation-antihistamines', 'class:benzodiazepines', 'deepens drowsiness', 'FDA label: lorazepam, section 7'),
  high('ingredient:naltrexone', 'class:opioids', 'may bring on a sudden withdrawal', 'FDA label: naltrexone, contraindications'),
  moderate('ingredient:dolutegravir', 'ingredient:metformin', 'raises the level of metformin', 'FDA label: dolutegravir, section 7'),
  // Serotonin
  high(
    'class:maois',
    'class:ssris',
    'may cause a deadly serotonin syndrome; 14 days (fluoxetine: 5 weeks) must lie between',
    'FDA label: phenelzine, contraindications',
  ),
  high(
    'class:maois',
    'class:snris',
    'may cause a deadly serotonin syndrome; 14 days must lie between',
    'FDA label: phenelzine, contraindications',
  ),
  high('class:maois', 'ingredient:tramadol', 'may cause serotonin syndrome and seizures', 'FDA label: tramadol, contraindications'),
  high('class:maois', 'class:stimulants', 'may cause a hypertensive crisis', 'FDA label: amphetamine, contraindications'),
  high('class:maois', 'ingredient:bupropion', 'may cause a hypertensive crisis', 'FDA label: bupropion, contraindications'),
  moderate('class:ssris', 'ingredient:tramadol', 'may cause serotonin syndrome and seizures', 'FDA label: tramadol, section 7'),
  moderate('class:ssris', 'class:triptans', 'may cause serotonin syndrome', 'FDA label: sumatriptan, section 7'),
  moderate(
    'class:ssris',
    'class:tricyclics',
    'raises the level of the tricyclic; serotonin syndrome is possible',
    'FDA label: fluoxetine, section 7',
  ),
  // Heart rhythm and circulation
  high('class:nitrates', 'class:pde5-inhibitors', 'may let the blood pressure collapse', 'FDA label: sildenafil, contraindications'),
  moderate(
    'class:alpha-blockers',
    'class:pde5-inhibitors',
    'may lower the blood pressure on standing up',
    'FDA label: tadalafil, section 7',
  ),
  high(
    'ingredient:citalopram',
    'ingredient:fluconazole',
    'prolongs the QT interval; citalopram at most 20 mg a day',
    'FDA label: citalopram, sections 2 and 7',
  ),
  moderate('class:antipsychotics', 'class:macrolides', 'prolongs the QT interval', 'FDA label: quetiapine, section 7'),
  high(
    'ingredient:amiodarone',
    'class:fluoroquinolones',
    'prolongs the QT interval: torsade de pointes',
    'FDA label: levofloxacin, section 5',
  ),
  high('ingredient:amiodarone', 'class:macrolides', 'prolongs the QT interval: torsade de pointes', 'FDA label: azithromycin, section 5'),
  high('ingredient:digoxin', 'ingredient:amiodarone', 'about doubles the level of digoxin', 'FDA label: digoxin, section 7'),
  moderate('ingredient:digoxin', 'ingredient:clarithromycin', 'raises the level of digoxin', 'FDA label: digoxin, section 7'),
  moderate('ingredient:digoxin', 'class:loop-diuretics', 'low potassium makes digoxin toxic', 'FDA label: digoxin, section 5'),
  moderate('class:beta-blockers', 'ingredient:diltiazem', 'may slow the heart or block conduction', 'FDA label: diltiazem, section 7'),
  low(
    'class:beta-blockers',
    'class:beta-agonists',
    'each weakens the other; worse with unselective beta-blockers',
    'FDA label: albuterol, section 7',
  ),
  low('class:beta-blockers', 'class:insulins', 'may hide the warning signs of low blood sugar', 'FDA label: insulin glargine, section 7'),
  // Potassium and kidneys
  high(
    'class:ace-inhibitors',
    'class:potassium-supplements',
    'may raise potassium to a dangerous level',
    'FDA label: lisinopril, section 7',
  ),
  moderate(
    'class:ace-inhibitors',
    'class:potassium-sparing-diuretics',
    'may raise potassium to a dangerous level',
    'FDA label: lisinopril, section 7',
  ),
  moderate('class:arbs', 'class:potassium-sparing-diuretics', 'may raise potassium to a dangerous level', 'FDA label: losartan, section 7'),
  moderate(
    'class:ace-inhibitors',
    'class:arbs',
    'blocks the same system twice: low pressure, high potassium, kidney failure',
    'FDA label: losartan, section 7',
  ),
  moderate('class:ace-inhibitors', 'class:nsaids', 'weakens the effect and may harm the kidneys', 'FDA label: lisinopril, section 7'),
  moderate('class:arbs', 'class:nsaids', 'weakens the effect and may harm the kidneys', 'FDA label: losartan, section 7'),
  high(
    'ingredient:spironolactone',
    'ingredient:trimethoprim',
    'may raise potassium to a deadly level in the elderly',
    'FDA label: sulfamethoxazole and trimethoprim, section 7',
  ),
  moderate(
    'class:ace-inhibitors',
    'ingredient:trimethoprim',
    'may raise potassium',
    'FDA label: sulfamethoxazole and trimethoprim, section 7',
  ),
  high('ingredient:lithium', 'class:nsaids', 'raises the level of lithium to a toxic one', 'FDA label: lithium, section 7'),
  high('ingredient:lithium', 'class:thiazides', 'raises the level of lithium to a toxic one', 'FDA label: lithium, section 7'),
  moderate('ingredient:lithium', 'class:ace-inhibitors', 'raises the level of lithium', 'FDA label: lithium, section 7'),
  // Muscles
  high(
    'ingredient:simvastatin',
    'ingredient:clarithromycin',
    'raises the level of simvastatin many times: muscle breakdown',
    'FDA label: simvastatin, contraindications',
  ),
  high(
    'ingredient:simvastatin',
    'ingredient:gemfibrozil',
    'raises the risk of muscle breakdown',
    'FDA label: simvastatin, contraindications',
  ),
  moderate(
    'ingredient:simvastatin',
    'ingredient:amlodipine',
    'raises the level of simvastatin; at most 20 mg a day',
    'FDA label: simvastatin, section 2',
  ),
  moderate(
    'ingredient:simvastatin',
    'ingredient:diltiazem',
    'raises the level of simvastatin; at most 10 mg a day',
    'FDA label: simvastatin, section 2',
  ),
  moderate(
    'ingredient:atorvastatin',
    'ingredient:clarithromycin',
    'raises the level of atorvastatin; at most 20 mg a day',
    'FDA label: atorvastatin, section 2',
  ),
  high('ingredient:colchicine', 'ingredient:clarithromycin', 'raises colchicine to a deadly level', 'FDA label: colchicine, section 7'),
  high(
    'ingredient:tizanidine',
    'ingredient:ciprofloxacin',
    'raises tizanidine many times: collapse, sedation',
    'FDA label: tizanidine, contraindications',
  ),
  // Levels and absorption
  moderate(
    'ingredient:carbamazepine',
    'class:macrolides',
    'raises the level of carbamazepine to a toxic one',
    'FDA label: carbamazepine, section 7',
  ),
  moderate('ingredient:carbamazepine', 'class:estrogens', 'makes the pill unreliable', 'FDA label: carbamazepine, section 7'),
  moderate('class:fluoroquinolones', 'class:sulfonylureas', 'may cause low blood sugar', 'FDA label: levofloxacin, section 5'),
  low(
    'class:fluoroquinolones',
    'class:iron-supplements',
    'iron binds the antibiotic in the gut; take it 2 hours before or 6 after',
    'FDA label: ciprofloxacin, section 7',
  ),
  low(
    'class:tetracyclines',
    'class:iron-supplements',
    'iron binds the antibiotic in the gut; take them hours apart',
    'FDA label: doxycycline, section 7',
  ),
  low(
    'ingredient:levothyroxine',
    'class:iron-supplements',
    'iron binds the hormone in the gut; take them 4 hours apart',
    'FDA label: levothyroxine, section 7',
  ),
  low(
    'ingredient:levothyroxine',
    'class:proton-pump-inhibitors',
    'less acid, less absorption: check the TSH',
    'FDA label: levothyroxine, section 7',
  ),
];
