-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "medication_route" AS ENUM ('ORAL', 'INHALATION', 'SUBCUTANEOUS', 'TOPICAL', 'TRANSDERMAL', 'OPHTHALMIC', 'NASAL', 'SUBLINGUAL', 'INTRAMUSCULAR');

-- CreateEnum
CREATE TYPE "dose_unit" AS ENUM ('TABLET', 'CAPSULE', 'ML', 'PUFF', 'SPRAY', 'DROP', 'PATCH', 'UNIT', 'APPLICATION', 'INJECTION', 'MG');

-- CreateEnum
CREATE TYPE "dea_schedule" AS ENUM ('NONE', 'II', 'III', 'IV', 'V');

-- CreateEnum
CREATE TYPE "prescription_status" AS ENUM ('DRAFT', 'ACTIVE', 'ON_HOLD', 'CANCELLED', 'COMPLETED', 'STOPPED', 'ENTERED_IN_ERROR');

-- CreateEnum
CREATE TYPE "dispense_status" AS ENUM ('PREPARATION', 'IN_PROGRESS', 'COMPLETED', 'DECLINED', 'CANCELLED', 'ON_HOLD', 'STOPPED');

-- CreateEnum
CREATE TYPE "detected_issue_code" AS ENUM ('ALLERGY', 'INTERACTION', 'DUPLICATE_THERAPY', 'DOSE');

-- CreateEnum
CREATE TYPE "detected_issue_severity" AS ENUM ('HIGH', 'MODERATE', 'LOW');

-- CreateEnum
CREATE TYPE "pharmacy_capability" AS ENUM ('NEW', 'REFILL', 'CHANGE', 'CANCEL', 'CONTROLLED');

-- CreateEnum
CREATE TYPE "visit_status" AS ENUM ('PLANNED', 'ARRIVED', 'IN_PROGRESS', 'ONLEAVE', 'FINISHED', 'CANCELLED');

-- CreateTable
CREATE TABLE "ingredient" (
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "classes" TEXT[],
    "max_daily_micrograms" BIGINT,
    "max_daily_source" TEXT,

    CONSTRAINT "ingredient_pkey" PRIMARY KEY ("slug")
);

-- CreateTable
CREATE TABLE "medication" (
    "id" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "form" TEXT NOT NULL,
    "strength" TEXT NOT NULL,
    "route" "medication_route" NOT NULL,
    "dose_unit" "dose_unit" NOT NULL,
    "schedule" "dea_schedule" NOT NULL,
    "available" BOOLEAN NOT NULL DEFAULT true,

    CONSTRAINT "medication_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "medication_ingredient" (
    "medication_id" TEXT NOT NULL,
    "ingredient_slug" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "micrograms" BIGINT,

    CONSTRAINT "medication_ingredient_pkey" PRIMARY KEY ("medication_id","ingredient_slug")
);

-- CreateTable
CREATE TABLE "interaction" (
    "a" TEXT NOT NULL,
    "b" TEXT NOT NULL,
    "severity" "detected_issue_severity" NOT NULL,
    "effect" TEXT NOT NULL,
    "source" TEXT NOT NULL,

    CONSTRAINT "interaction_pkey" PRIMARY KEY ("a","b")
);

-- CreateTable
CREATE TABLE "catalogue_state" (
    "name" TEXT NOT NULL,
    "content_hash" TEXT NOT NULL,
    "synced_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "catalogue_state_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "pharmacy" (
    "id" TEXT NOT NULL,
    "ncpdp_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "city" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "capabilities" "pharmacy_capability"[],
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "pharmacy_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "prescription" (
    "id" TEXT NOT NULL,
    "status" "prescription_status" NOT NULL,
    "status_reason" TEXT,
    "patient_id" TEXT NOT NULL,
    "practitioner_id" TEXT NOT NULL,
    "visit_id" TEXT,
    "medication_id" TEXT NOT NULL,
    "dose_amount" TEXT NOT NULL,
    "dose_unit" "dose_unit" NOT NULL,
    "frequency_per_day" INTEGER NOT NULL,
    "duration_days" INTEGER NOT NULL,
    "instructions" TEXT,
    "quantity" INTEGER NOT NULL,
    "refills" INTEGER NOT NULL,
    "note" TEXT,
    "pharmacy_id" TEXT,
    "prior_prescription_id" TEXT,
    "checked_at" TIMESTAMPTZ(3) NOT NULL,
    "signed_at" TIMESTAMPTZ(3),
    "signed_by_id" TEXT,
    "signed_payload" TEXT,
    "content_hash" TEXT,
    "signature" TEXT,
    "signing_key_id" TEXT,
    "valid_until" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "prescription_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "prescription_status_change" (
    "prescription_id" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "status" "prescription_status" NOT NULL,
    "reason" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "prescription_status_change_pkey" PRIMARY KEY ("prescription_id","position")
);

-- CreateTable
CREATE TABLE "signing_key" (
    "id" TEXT NOT NULL,
    "public_key" TEXT NOT NULL,
    "first_used_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "signing_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "detected_issue" (
    "id" TEXT NOT NULL,
    "prescription_id" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "code" "detected_issue_code" NOT NULL,
    "severity" "detected_issue_severity" NOT NULL,
    "detail" TEXT NOT NULL,
    "implicated" TEXT[],
    "source" TEXT NOT NULL,
    "detected_at" TIMESTAMPTZ(3) NOT NULL,
    "resolved_at" TIMESTAMPTZ(3),
    "mitigation_reason" TEXT,
    "mitigated_by_id" TEXT,
    "mitigated_at" TIMESTAMPTZ(3),

    CONSTRAINT "detected_issue_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "dispense" (
    "id" TEXT NOT NULL,
    "prescription_id" TEXT NOT NULL,
    "pharmacy_id" TEXT NOT NULL,
    "status" "dispense_status" NOT NULL,
    "status_reason" TEXT,
    "quantity" INTEGER NOT NULL,
    "prepared_at" TIMESTAMPTZ(3) NOT NULL,
    "handed_over_at" TIMESTAMPTZ(3),

    CONSTRAINT "dispense_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "patient_allergy" (
    "allergy_id" TEXT NOT NULL,
    "patient_id" TEXT NOT NULL,
    "substance_code" TEXT NOT NULL,
    "criticality" TEXT NOT NULL,
    "counts" BOOLEAN NOT NULL,

    CONSTRAINT "patient_allergy_pkey" PRIMARY KEY ("allergy_id")
);

-- CreateTable
CREATE TABLE "visit_window" (
    "visit_id" TEXT NOT NULL,
    "patient_id" TEXT NOT NULL,
    "practitioner_id" TEXT NOT NULL,
    "status" "visit_status" NOT NULL,

    CONSTRAINT "visit_window_pkey" PRIMARY KEY ("visit_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "medication_code_key" ON "medication"("code");

-- CreateIndex
CREATE INDEX "medication_name_id_idx" ON "medication"("name", "id");

-- CreateIndex
CREATE INDEX "medication_ingredient_ingredient_slug_idx" ON "medication_ingredient"("ingredient_slug");

-- CreateIndex
CREATE INDEX "interaction_b_idx" ON "interaction"("b");

-- CreateIndex
CREATE UNIQUE INDEX "pharmacy_ncpdp_id_key" ON "pharmacy"("ncpdp_id");

-- CreateIndex
CREATE INDEX "pharmacy_name_id_idx" ON "pharmacy"("name", "id");

-- CreateIndex
CREATE INDEX "prescription_patient_id_created_at_id_idx" ON "prescription"("patient_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "prescription_practitioner_id_created_at_id_idx" ON "prescription"("practitioner_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "prescription_visit_id_created_at_id_idx" ON "prescription"("visit_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "prescription_pharmacy_id_signed_at_id_idx" ON "prescription"("pharmacy_id", "signed_at", "id");

-- CreateIndex
CREATE INDEX "prescription_status_valid_until_idx" ON "prescription"("status", "valid_until");

-- CreateIndex
CREATE INDEX "prescription_medication_id_idx" ON "prescription"("medication_id");

-- CreateIndex
CREATE INDEX "prescription_prior_prescription_id_idx" ON "prescription"("prior_prescription_id");

-- CreateIndex
CREATE INDEX "detected_issue_prescription_id_idx" ON "detected_issue"("prescription_id");

-- CreateIndex
CREATE INDEX "dispense_prescription_id_prepared_at_id_idx" ON "dispense"("prescription_id", "prepared_at", "id");

-- CreateIndex
CREATE INDEX "dispense_pharmacy_id_idx" ON "dispense"("pharmacy_id");

-- CreateIndex
CREATE INDEX "patient_allergy_patient_id_idx" ON "patient_allergy"("patient_id");

-- AddForeignKey
ALTER TABLE "medication_ingredient" ADD CONSTRAINT "medication_ingredient_medication_id_fkey" FOREIGN KEY ("medication_id") REFERENCES "medication"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "medication_ingredient" ADD CONSTRAINT "medication_ingredient_ingredient_slug_fkey" FOREIGN KEY ("ingredient_slug") REFERENCES "ingredient"("slug") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "prescription" ADD CONSTRAINT "prescription_medication_id_fkey" FOREIGN KEY ("medication_id") REFERENCES "medication"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "prescription" ADD CONSTRAINT "prescription_pharmacy_id_fkey" FOREIGN KEY ("pharmacy_id") REFERENCES "pharmacy"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "prescription" ADD CONSTRAINT "prescription_signing_key_id_fkey" FOREIGN KEY ("signing_key_id") REFERENCES "signing_key"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "prescription" ADD CONSTRAINT "prescription_prior_prescription_id_fkey" FOREIGN KEY ("prior_prescription_id") REFERENCES "prescription"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "prescription_status_change" ADD CONSTRAINT "prescription_status_change_prescription_id_fkey" FOREIGN KEY ("prescription_id") REFERENCES "prescription"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "detected_issue" ADD CONSTRAINT "detected_issue_prescription_id_fkey" FOREIGN KEY ("prescription_id") REFERENCES "prescription"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "dispense" ADD CONSTRAINT "dispense_prescription_id_fkey" FOREIGN KEY ("prescription_id") REFERENCES "prescription"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "dispense" ADD CONSTRAINT "dispense_pharmacy_id_fkey" FOREIGN KEY ("pharmacy_id") REFERENCES "pharmacy"("id") ON DELETE RESTRICT ON UPDATE CASCADE;


-- From here on by hand: what must never happen, whatever the code does.

create index "medication_name_prefix_idx" on "medication" (lower("name") text_pattern_ops);

alter table "medication_ingredient"
  add constraint "medication_ingredient_amount_positive" check ("micrograms" is null or "micrograms" > 0);

alter table "prescription"
  add constraint "prescription_dose_is_decimal" check ("dose_amount" ~ '^\d{1,5}(\.\d{1,3})?$' and "dose_amount"::numeric > 0),
  add constraint "prescription_numbers_in_range" check (
    "frequency_per_day" between 1 and 24 and "duration_days" between 1 and 365 and "quantity" between 1 and 10000 and "refills" between 0 and 11
  ),
  -- A signature is whole or absent, and nothing is in force without one.
  add constraint "prescription_signature_is_whole" check (
    num_nulls("signed_at", "signed_by_id", "signed_payload", "content_hash", "signature", "signing_key_id", "valid_until") in (0, 7)
  ),
  add constraint "prescription_in_force_is_signed" check ("signed_at" is not null or "status" in ('DRAFT', 'CANCELLED', 'ENTERED_IN_ERROR')),
  add constraint "prescription_draft_is_unsigned" check ("status" <> 'DRAFT' or "signed_at" is null),
  add constraint "prescription_signed_by_prescriber" check ("signed_by_id" is null or "signed_by_id" = "practitioner_id"),
  add constraint "prescription_does_not_replace_itself" check ("prior_prescription_id" <> "id");

-- A prescription is replaced once: two replacements in force would be two therapies.
create unique index "prescription_replaced_once" on "prescription" ("prior_prescription_id") where "signed_at" is not null;

-- Found again while it is open, it is the same issue; found again after it was gone, a new one that needs a new decision.
create unique index "detected_issue_open_once" on "detected_issue" ("prescription_id", "fingerprint") where "resolved_at" is null;
alter table "detected_issue"
  add constraint "detected_issue_mitigation_is_whole" check (num_nulls("mitigation_reason", "mitigated_by_id", "mitigated_at") in (0, 3));

alter table "dispense"
  add constraint "dispense_quantity_positive" check ("quantity" > 0),
  add constraint "dispense_handed_over_when_completed" check (("handed_over_at" is not null) = ("status" = 'COMPLETED'));

alter table "pharmacy" add constraint "pharmacy_ncpdp_id_is_seven_digits" check ("ncpdp_id" ~ '^\d{7}$');

-- Clinical data is never deleted, and what was signed never changes.
create function refuse_delete() returns trigger language plpgsql as $$
begin
  raise exception 'rows of % are kept for good', tg_table_name using errcode = 'restrict_violation';
end $$;
create trigger "prescription_no_delete" before delete on "prescription" for each row execute function refuse_delete();
create trigger "dispense_no_delete" before delete on "dispense" for each row execute function refuse_delete();
create trigger "detected_issue_no_delete" before delete on "detected_issue" for each row execute function refuse_delete();
create trigger "status_change_no_delete" before delete on "prescription_status_change" for each row execute function refuse_delete();

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'rows of % are never changed', tg_table_name using errcode = 'restrict_violation';
end $$;
create trigger "status_change_no_update" before update on "prescription_status_change" for each row execute function refuse_change();
create trigger "signing_key_no_update" before update or delete on "signing_key" for each row execute function refuse_change();

create function refuse_change_of_signed_prescription() returns trigger language plpgsql as $$
begin
  if old."signed_at" is not null and
    (old."id", old."patient_id", old."practitioner_id", old."visit_id", old."medication_id", old."dose_amount", old."dose_unit",
     old."frequency_per_day", old."duration_days", old."instructions", old."quantity", old."refills", old."note", old."prior_prescription_id",
     old."signed_at", old."signed_by_id", old."signed_payload", old."content_hash", old."signature", old."signing_key_id",
     old."valid_until", old."created_at")
    is distinct from
    (new."id", new."patient_id", new."practitioner_id", new."visit_id", new."medication_id", new."dose_amount", new."dose_unit",
     new."frequency_per_day", new."duration_days", new."instructions", new."quantity", new."refills", new."note", new."prior_prescription_id",
     new."signed_at", new."signed_by_id", new."signed_payload", new."content_hash", new."signature", new."signing_key_id",
     new."valid_until", new."created_at")
  then
    raise exception 'prescription % is signed and cannot change', old."id" using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger "prescription_signed_is_immutable" before update on "prescription" for each row execute function refuse_change_of_signed_prescription();

-- The history is written here, so that it cannot disagree with the prescription.
create function record_prescription_status() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and old."status" = new."status" then return null; end if;
  insert into "prescription_status_change" ("prescription_id", "position", "status", "reason", "at")
  select new."id", coalesce(max("position"), 0) + 1, new."status", new."status_reason", new."updated_at"
  from "prescription_status_change" where "prescription_id" = new."id";
  return null;
end $$;
create trigger "prescription_history" after insert or update of "status" on "prescription" for each row execute function record_prescription_status();

-- Never more than was prescribed, and only what is signed. The row lock makes concurrent fills wait for each other.
create function refuse_excess_dispense() returns trigger language plpgsql as $$
declare
  allowed integer;
  taken integer;
begin
  select "quantity" * ("refills" + 1) into allowed from "prescription" where "id" = new."prescription_id" and "signed_at" is not null for update;
  select coalesce(sum("quantity"), 0) into taken from "dispense"
  where "prescription_id" = new."prescription_id" and "id" <> new."id" and "status" in ('PREPARATION', 'IN_PROGRESS', 'COMPLETED', 'ON_HOLD');
  if new."status" in ('PREPARATION', 'IN_PROGRESS', 'COMPLETED', 'ON_HOLD') and taken + new."quantity" > coalesce(allowed, 0) then
    raise exception 'more would be dispensed of % than was prescribed', new."prescription_id"
      using errcode = 'check_violation', constraint = 'dispense_within_prescription';
  end if;
  return new;
end $$;
create trigger "dispense_within_prescription" before insert or update on "dispense" for each row execute function refuse_excess_dispense();
