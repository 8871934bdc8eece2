import type { Connection } from '#chassis/paging.ts';
import type { DetectedIssueRow } from './detected-issue-store.ts';
import type { DispenseRow } from './dispense-store.ts';
import type { CompositionRow, MedicationRow } from './medication-store.ts';
import type { PharmacyRow } from './pharmacy-store.ts';
import type { PrescriptionRow, StatusChangeRow } from './prescription-store.ts';

// Which TypeScript type stands behind which GraphQL type; read by `npm run generate`.

export type MedicationMapper = MedicationRow;
export type MedicationIngredientMapper = CompositionRow;
export type MedicationConnectionMapper = Connection<MedicationRow>;
export type MedicationEdgeMapper = Connection<MedicationRow>['edges'][number];
export type PrescriptionMapper = PrescriptionRow;
export type PrescriptionConnectionMapper = Connection<PrescriptionRow>;
export type PrescriptionEdgeMapper = Connection<PrescriptionRow>['edges'][number];
export type PrescriptionStatusChangeMapper = StatusChangeRow;
/** The columns of the signature stand in the prescription. */
export type PrescriptionSignatureMapper = PrescriptionRow;
export type DosageMapper = PrescriptionRow;
export type DetectedIssueMapper = DetectedIssueRow;
/** The columns of the override stand in the issue. */
export type MitigationMapper = DetectedIssueRow;
export type DispenseMapper = DispenseRow;
export type PharmacyMapper = PharmacyRow;
export type PharmacyConnectionMapper = Connection<PharmacyRow>;
export type PharmacyEdgeMapper = Connection<PharmacyRow>['edges'][number];
export type PatientMapper = { id: string };
export type PractitionerMapper = { id: string };
export type VisitMapper = { id: string };
