-- CreateEnum
CREATE TYPE "administrative_gender" AS ENUM ('MALE', 'FEMALE', 'OTHER', 'UNKNOWN');

-- CreateEnum
CREATE TYPE "identifier_use" AS ENUM ('USUAL', 'OFFICIAL', 'TEMP', 'SECONDARY', 'OLD');

-- CreateEnum
CREATE TYPE "allergy_mechanism" AS ENUM ('ALLERGY', 'INTOLERANCE');

-- CreateEnum
CREATE TYPE "allergy_category" AS ENUM ('FOOD', 'MEDICATION', 'ENVIRONMENT', 'BIOLOGIC', 'OTHER');

-- CreateEnum
CREATE TYPE "allergy_criticality" AS ENUM ('LOW', 'HIGH', 'UNABLE_TO_ASSESS');

-- CreateEnum
CREATE TYPE "allergy_clinical_status" AS ENUM ('ACTIVE', 'INACTIVE', 'RESOLVED');

-- CreateEnum
CREATE TYPE "allergy_verification_status" AS ENUM ('UNCONFIRMED', 'CONFIRMED', 'REFUTED', 'ENTERED_IN_ERROR');

-- CreateEnum
CREATE TYPE "allergy_recorder" AS ENUM ('PATIENT', 'PROXY', 'PRACTITIONER');

-- CreateEnum
CREATE TYPE "consent_status" AS ENUM ('DRAFT', 'PROPOSED', 'ACTIVE', 'REJECTED', 'INACTIVE', 'ENTERED_IN_ERROR');

-- CreateEnum
CREATE TYPE "consent_scope" AS ENUM ('ADR', 'RESEARCH', 'PATIENT_PRIVACY', 'TREATMENT');

-- CreateEnum
CREATE TYPE "consent_provision" AS ENUM ('PERMIT', 'DENY');

-- CreateEnum
CREATE TYPE "consent_purpose" AS ENUM ('TREATMENT', 'PAYMENT', 'OPERATIONS', 'RESEARCH');

-- CreateEnum
CREATE TYPE "sensitivity_category" AS ENUM ('SUBSTANCE_USE', 'PSYCHIATRIC', 'HIV');

-- CreateEnum
CREATE TYPE "proxy_relationship" AS ENUM ('PARENT', 'GUARDIAN', 'SPOUSE', 'CHILD', 'SIBLING', 'POWER_OF_ATTORNEY', 'CAREGIVER');

-- CreateEnum
CREATE TYPE "proxy_grant_status" AS ENUM ('ACTIVE', 'REVOKED', 'EXPIRED');

-- CreateTable
CREATE TABLE "patient" (
    "id" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "active" BOOLEAN NOT NULL DEFAULT true,
    "family" TEXT NOT NULL,
    "given" TEXT[],
    "family_key" TEXT COLLATE "C" NOT NULL,
    "given_key" TEXT COLLATE "C" NOT NULL,
    "gender" "administrative_gender" NOT NULL,
    "birth_date" DATE NOT NULL,
    "deceased" BOOLEAN NOT NULL DEFAULT false,
    "telecom" JSONB NOT NULL DEFAULT '[]',
    "address" JSONB NOT NULL DEFAULT '[]',
    "preferred_language" TEXT NOT NULL DEFAULT 'en',
    "time_zone" TEXT NOT NULL DEFAULT 'UTC',
    "registered_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "patient_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "patient_identifier" (
    "system" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "use" "identifier_use" NOT NULL DEFAULT 'USUAL',
    "patient_id" TEXT NOT NULL,
    "position" INTEGER NOT NULL,

    CONSTRAINT "patient_identifier_pkey" PRIMARY KEY ("system","value")
);

-- CreateTable
CREATE TABLE "patient_name_word" (
    "word" TEXT COLLATE "C" NOT NULL,
    "patient_id" TEXT NOT NULL,

    CONSTRAINT "patient_name_word_pkey" PRIMARY KEY ("word","patient_id")
);

-- CreateTable
CREATE TABLE "allergy_intolerance" (
    "id" TEXT NOT NULL,
    "patient_id" TEXT NOT NULL,
    "substance_code" TEXT NOT NULL,
    "substance_text" TEXT NOT NULL,
    "type" "allergy_mechanism" NOT NULL,
    "category" "allergy_category" NOT NULL,
    "criticality" "allergy_criticality" NOT NULL,
    "clinical_status" "allergy_clinical_status",
    "verification_status" "allergy_verification_status" NOT NULL,
    "reactions" JSONB NOT NULL DEFAULT '[]',
    "onset_date" DATE,
    "note" TEXT,
    "recorded_by" "allergy_recorder" NOT NULL,
    "recorded_by_practitioner_id" TEXT,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "allergy_intolerance_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "consent" (
    "id" TEXT NOT NULL,
    "patient_id" TEXT NOT NULL,
    "status" "consent_status" NOT NULL,
    "scope" "consent_scope" NOT NULL,
    "provision" "consent_provision" NOT NULL,
    "purposes" "consent_purpose"[],
    "sensitivities" "sensitivity_category"[],
    "practitioner_id" TEXT,
    "period_start" TIMESTAMPTZ(3),
    "period_end" TIMESTAMPTZ(3),
    "recorded_at" TIMESTAMPTZ(3) NOT NULL,
    "status_changed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "consent_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "proxy_grant" (
    "id" TEXT NOT NULL,
    "patient_id" TEXT NOT NULL,
    "proxy_patient_id" TEXT NOT NULL,
    "relationship" "proxy_relationship" NOT NULL,
    "status" "proxy_grant_status" NOT NULL,
    "ends_on" DATE,
    "granted_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "proxy_grant_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "patient_family_key_given_key_id_idx" ON "patient"("family_key", "given_key", "id");

-- CreateIndex
CREATE INDEX "patient_birth_date_family_key_idx" ON "patient"("birth_date", "family_key");

-- CreateIndex
CREATE INDEX "patient_identifier_value_idx" ON "patient_identifier"("value");

-- CreateIndex
CREATE INDEX "patient_identifier_patient_id_idx" ON "patient_identifier"("patient_id");

-- CreateIndex
CREATE INDEX "patient_name_word_patient_id_idx" ON "patient_name_word"("patient_id");

-- CreateIndex
CREATE INDEX "allergy_intolerance_patient_id_recorded_at_id_idx" ON "allergy_intolerance"("patient_id", "recorded_at", "id");

-- CreateIndex
CREATE INDEX "consent_patient_id_recorded_at_id_idx" ON "consent"("patient_id", "recorded_at", "id");

-- CreateIndex
CREATE INDEX "proxy_grant_patient_id_idx" ON "proxy_grant"("patient_id");

-- CreateIndex
CREATE INDEX "proxy_grant_proxy_patient_id_idx" ON "proxy_grant"("proxy_patient_id");

-- AddForeignKey
ALTER TABLE "patient_identifier" ADD CONSTRAINT "patient_identifier_patient_id_fkey" FOREIGN KEY ("patient_id") REFERENCES "patient"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "patient_name_word" ADD CONSTRAINT "patient_name_word_patient_id_fkey" FOREIGN KEY ("patient_id") REFERENCES "patient"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "allergy_intolerance" ADD CONSTRAINT "allergy_intolerance_patient_id_fkey" FOREIGN KEY ("patient_id") REFERENCES "patient"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "consent" ADD CONSTRAINT "consent_patient_id_fkey" FOREIGN KEY ("patient_id") REFERENCES "patient"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "proxy_grant" ADD CONSTRAINT "proxy_grant_patient_id_fkey" FOREIGN KEY ("patient_id") REFERENCES "patient"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "proxy_grant" ADD CONSTRAINT "proxy_grant_proxy_patient_id_fkey" FOREIGN KEY ("proxy_patient_id") REFERENCES "patient"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;


-- By hand from here: what must never happen is prevented here.

-- The search keys sort and compare by code point ("C" above): beginnings of words are then ranges of an index.

ALTER TABLE "patient"
  ADD CONSTRAINT "patient_name_present" CHECK (btrim("family") <> '' AND cardinality(coalesce("given", '{}')) >= 1),
  ADD CONSTRAINT "patient_birth_date_plausible" CHECK ("birth_date" >= DATE '1880-01-01'),
  ADD CONSTRAINT "patient_version_positive" CHECK ("version" >= 1),
  ADD CONSTRAINT "patient_contacts_are_lists" CHECK (jsonb_typeof("telecom") = 'array' AND jsonb_typeof("address") = 'array');

-- One allergy per patient and substance; those entered in error do not count.
CREATE UNIQUE INDEX "allergy_intolerance_one_per_substance" ON "allergy_intolerance" ("patient_id", "substance_code") WHERE "verification_status" <> 'ENTERED_IN_ERROR';

-- FHIR R4 AllergyIntolerance ait-1 and ait-2.
ALTER TABLE "allergy_intolerance"
  ADD CONSTRAINT "allergy_intolerance_clinical_status_unless_error" CHECK (("verification_status" = 'ENTERED_IN_ERROR') = ("clinical_status" IS NULL)),
  ADD CONSTRAINT "allergy_intolerance_recorder" CHECK (("recorded_by" = 'PRACTITIONER') = ("recorded_by_practitioner_id" IS NOT NULL)),
  ADD CONSTRAINT "allergy_intolerance_reactions_are_a_list" CHECK (jsonb_typeof("reactions") = 'array');

ALTER TABLE "consent"
  ADD CONSTRAINT "consent_period" CHECK ("period_end" > "period_start"),
  ADD CONSTRAINT "consent_lists_present" CHECK ("purposes" IS NOT NULL AND "sensitivities" IS NOT NULL);

CREATE UNIQUE INDEX "proxy_grant_one_active_per_pair" ON "proxy_grant" ("patient_id", "proxy_patient_id") WHERE "status" = 'ACTIVE';
CREATE INDEX "proxy_grant_running_out" ON "proxy_grant" ("ends_on", "id") WHERE "status" = 'ACTIVE' AND "ends_on" IS NOT NULL;
ALTER TABLE "proxy_grant"
  ADD CONSTRAINT "proxy_grant_not_to_oneself" CHECK ("patient_id" <> "proxy_patient_id"),
  ADD CONSTRAINT "proxy_grant_end" CHECK (("status" = 'ACTIVE') = ("ended_at" IS NULL));

-- Clinical data is never deleted, only marked.
CREATE FUNCTION "refuse_delete"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are never deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER "patient_never_deleted" BEFORE DELETE OR TRUNCATE ON "patient" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_delete"();
CREATE TRIGGER "allergy_intolerance_never_deleted" BEFORE DELETE OR TRUNCATE ON "allergy_intolerance" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_delete"();
CREATE TRIGGER "consent_never_deleted" BEFORE DELETE OR TRUNCATE ON "consent" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_delete"();
CREATE TRIGGER "proxy_grant_never_deleted" BEFORE DELETE OR TRUNCATE ON "proxy_grant" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_delete"();
