/** An active substance as the catalogue knows it. */
export interface CatalogueIngredient {
  /** As allergies name it: `amoxicillin`. */
  readonly slug: string;
  readonly name: string;
  readonly classes: readonly string[];
  /** Most an adult takes in a day by any route, in milligrams; null where no single figure is well known. */
  readonly maxDailyMg: number | null;
}

/** Where the daily limits come from: the dosage section of the US label of each substance. */
export const maxDailySource = (name: string): string => `US label of ${name.toLowerCase()}, dosage and administration (adults)`;

const name = (slug: string): string => slug.charAt(0).toUpperCase() + slug.slice(1).replaceAll('-', ' ');

const of = (classes: string, limits: Readonly<Record<string, number | null>>): CatalogueIngredient[] =>
  Object.entries(limits).map(([slug, maxDailyMg]) => ({ slug, name: name(slug), classes: classes.split(' ').filter(Boolean), maxDailyMg }));

/** Substances by their classes, each with its adult daily limit in milligrams. */
export const ingredients: readonly CatalogueIngredient[] = [
  // Infections
  ...of('penicillins beta-lactams', { amoxicillin: 3000, 'penicillin-v': 2000 }),
  ...of('beta-lactamase-inhibitors', { clavulanate: null }),
  ...of('cephalosporins beta-lactams', { cephalexin: 4000, cefuroxime: 1000 }),
  ...of('macrolides qt-prolonging', { azithromycin: null }),
  ...of('macrolides qt-prolonging cyp3a4-inhibitors', { clarithromycin: 1500 }),
  ...of('tetracyclines', { doxycycline: 300 }),
  ...of('fluoroquinolones qt-prolonging', { ciprofloxacin: 1500, levofloxacin: 750 }),
  ...of('sulfonamide-antibiotics', { sulfamethoxazole: null }),
  ...of('folate-antagonists', { trimethoprim: null }),
  ...of('nitrofurans', { nitrofurantoin: 400 }),
  ...of('nitroimidazoles', { metronidazole: 4000 }),
  ...of('azole-antifungals cyp3a4-inhibitors qt-prolonging', { fluconazole: 800 }),
  ...of('azole-antifungals', { clotrimazole: null }),
  ...of('allylamine-antifungals', { terbinafine: 250 }),
  ...of('nucleoside-antivirals', { acyclovir: 4000, valacyclovir: 4000 }),
  ...of('neuraminidase-inhibitors', { oseltamivir: 150 }),
  ...of('integrase-inhibitors antiretrovirals', { dolutegravir: 100 }),
  ...of('nrtis antiretrovirals', { emtricitabine: 200, tenofovir: 300 }),
  ...of('topical-antibiotics', { mupirocin: null }),
  // Pain and inflammation
  ...of('analgesics', { acetaminophen: 4000 }),
  ...of('nsaids', { ibuprofen: 3200, naproxen: 1500, diclofenac: 150, meloxicam: 15, celecoxib: 400 }),
  ...of('salicylates nsaids antiplatelets', { aspirin: 4000 }),
  ...of('opioids', { oxycodone: null, hydrocodone: null, morphine: null, codeine: 360, buprenorphine: 24, fentanyl: null }),
  ...of('opioids serotonergics', { tramadol: 400 }),
  ...of('opioid-antagonists', { naloxone: null, naltrexone: null }),
  ...of('triptans serotonergics', { sumatriptan: 200 }),
  ...of('muscle-relaxants', { cyclobenzaprine: 30, baclofen: 80, tizanidine: 36 }),
  ...of('corticosteroids', { prednisone: null, prednisolone: null, dexamethasone: null, hydrocortisone: null, triamcinolone: null }),
  ...of('corticosteroids inhaled-corticosteroids', { fluticasone: 1.76, budesonide: null }),
  ...of('xanthine-oxidase-inhibitors', { allopurinol: 800 }),
  ...of('antigout', { colchicine: 1.8 }),
  ...of('antimalarials qt-prolonging', { hydroxychloroquine: 400 }),
  // Heart and vessels
  ...of('ace-inhibitors', { lisinopril: 80, enalapril: 40, ramipril: 20 }),
  ...of('arbs', { losartan: 100, valsartan: 320 }),
  ...of('calcium-channel-blockers', { amlodipine: 10, diltiazem: 540 }),
  ...of('beta-blockers', { metoprolol: 450, atenolol: 200, carvedilol: 100, propranolol: 640, timolol: null }),
  ...of('thiazides', { hydrochlorothiazide: 50, chlorthalidone: 100 }),
  ...of('loop-diuretics', { furosemide: 600 }),
  ...of('potassium-sparing-diuretics', { spironolactone: 400 }),
  ...of('potassium-supplements', { 'potassium-chloride': null }),
  ...of('cardiac-glycosides', { digoxin: 0.5 }),
  ...of('antiarrhythmics qt-prolonging', { amiodarone: 1600 }),
  ...of('nitrates', { nitroglycerin: null, 'isosorbide-mononitrate': 240 }),
  ...of('vitamin-k-antagonists anticoagulants', { warfarin: null }),
  ...of('factor-xa-inhibitors anticoagulants', { apixaban: 20, rivaroxaban: 30 }),
  ...of('antiplatelets', { clopidogrel: null }),
  ...of('statins', { atorvastatin: 80, rosuvastatin: 40, simvastatin: 40, pravastatin: 80 }),
  ...of('fibrates', { gemfibrozil: 1200 }),
  ...of('cholesterol-absorption-inhibitors', { ezetimibe: 10 }),
  // Metabolism
  ...of('biguanides antidiabetics', { metformin: 2550 }),
  ...of('sulfonylureas antidiabetics', { glipizide: 40 }),
  ...of('dpp-4-inhibitors antidiabetics', { sitagliptin: 100 }),
  ...of('sglt2-inhibitors antidiabetics', { empagliflozin: 25 }),
  ...of('insulins antidiabetics', { 'insulin-glargine': null, 'insulin-lispro': null }),
  ...of('thyroid-hormones', { levothyroxine: 0.3 }),
  ...of('estrogens', { estradiol: null, 'ethinyl-estradiol': null }),
  ...of('progestins', { norethindrone: null }),
  ...of('androgens', { testosterone: null }),
  ...of('iron-supplements', { 'ferrous-sulfate': null }),
  ...of('vitamins', { 'folic-acid': null }),
  // Stomach
  ...of('proton-pump-inhibitors', { omeprazole: null, pantoprazole: 240 }),
  ...of('h2-blockers', { famotidine: null }),
  ...of('antiemetics qt-prolonging', { ondansetron: 24 }),
  ...of('antiemetics dopamine-antagonists', { metoclopramide: 60 }),
  // Mind and nerves
  ...of('ssris serotonergics', { sertraline: 200, fluoxetine: 80, paroxetine: 60 }),
  ...of('ssris serotonergics qt-prolonging', { citalopram: 40, escitalopram: 20 }),
  ...of('snris serotonergics', { venlafaxine: 375, duloxetine: 120 }),
  ...of('aminoketones', { bupropion: 450 }),
  ...of('tetracyclic-antidepressants serotonergics', { mirtazapine: 45 }),
  ...of('serotonin-modulators serotonergics', { trazodone: 400, buspirone: 60 }),
  ...of('tricyclics serotonergics qt-prolonging', { amitriptyline: 300 }),
  ...of('maois serotonergics', { phenelzine: 90 }),
  ...of('mood-stabilizers', { lithium: 1800 }),
  ...of('antipsychotics qt-prolonging', { quetiapine: 800, olanzapine: 20, aripiprazole: 30 }),
  ...of('anticonvulsants', { lamotrigine: null, levetiracetam: 3000, topiramate: 400, lacosamide: 400 }),
  ...of('anticonvulsants cyp3a4-inducers', { carbamazepine: 1600 }),
  ...of('gabapentinoids', { gabapentin: 3600, pregabalin: 600 }),
  ...of('benzodiazepines', { alprazolam: 10, lorazepam: 10, diazepam: 40, clonazepam: 20 }),
  ...of('sedative-hypnotics', { zolpidem: 10 }),
  ...of('stimulants', { methylphenidate: 60, amphetamine: 60, phentermine: 37.5 }),
  ...of('wakefulness-agents', { modafinil: 400 }),
  ...of('nicotine-replacement', { nicotine: null }),
  // Allergy and lungs
  ...of('antihistamines', { cetirizine: 10, loratadine: 10 }),
  ...of('first-generation-antihistamines antihistamines', { diphenhydramine: 300, hydroxyzine: 400 }),
  ...of('leukotriene-antagonists', { montelukast: 10 }),
  ...of('beta-agonists', { albuterol: 1.08 }),
  ...of('long-acting-beta-agonists', { salmeterol: 0.1, formoterol: 0.024 }),
  ...of('sympathomimetics', { epinephrine: null }),
  // Urinary tract
  ...of('alpha-blockers', { tamsulosin: 0.8 }),
  ...of('5-alpha-reductase-inhibitors', { finasteride: 5 }),
  ...of('pde5-inhibitors', { sildenafil: 100, tadalafil: 40 }),
  ...of('anticholinergics', { oxybutynin: 30 }),
  // Eyes
  ...of('prostaglandin-analogues', { latanoprost: null }),
];
