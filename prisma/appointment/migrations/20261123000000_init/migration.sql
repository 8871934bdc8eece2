-- CreateEnum
CREATE TYPE "specialty" AS ENUM ('CARDIOLOGY', 'DERMATOLOGY', 'ENDOCRINOLOGY', 'FAMILY_MEDICINE', 'GASTROENTEROLOGY', 'INTERNAL_MEDICINE', 'NEUROLOGY', 'OBSTETRICS_AND_GYNECOLOGY', 'ORTHOPAEDICS', 'PEDIATRICS', 'PSYCHIATRY', 'PULMONOLOGY');

-- CreateEnum
CREATE TYPE "modality" AS ENUM ('VIDEO', 'IN_PERSON');

-- CreateEnum
CREATE TYPE "day_of_week" AS ENUM ('MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN');

-- CreateEnum
CREATE TYPE "availability_exception_kind" AS ENUM ('TIME_OFF', 'EXTRA_HOURS');

-- CreateEnum
CREATE TYPE "appointment_status" AS ENUM ('PROPOSED', 'PENDING', 'BOOKED', 'ARRIVED', 'CHECKED_IN', 'FULFILLED', 'CANCELLED', 'NOSHOW', 'WAITLIST', 'ENTERED_IN_ERROR');

-- CreateEnum
CREATE TYPE "cancellation_reason" AS ENUM ('PAT', 'PAT_CPP', 'PAT_DEC', 'PAT_FB', 'PAT_LT', 'PAT_MV', 'PAT_UWP', 'PROV', 'PROV_PERS', 'MAINT', 'OTH_ERR', 'OTH_WEATH', 'OTHER');

-- CreateEnum
CREATE TYPE "waitlist_status" AS ENUM ('WAITING', 'LEFT');

-- CreateTable
CREATE TABLE "practitioner" (
    "id" TEXT NOT NULL,
    "given_name" TEXT NOT NULL,
    "family_name" TEXT NOT NULL,
    "prefix" TEXT,
    "npi" TEXT NOT NULL,
    "specialty" "specialty" NOT NULL,
    "active" BOOLEAN NOT NULL DEFAULT true,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "practitioner_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "practitioner_licence" (
    "practitioner_id" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "number" TEXT NOT NULL,
    "expires_on" DATE NOT NULL,

    CONSTRAINT "practitioner_licence_pkey" PRIMARY KEY ("practitioner_id","state")
);

-- CreateTable
CREATE TABLE "healthcare_service" (
    "id" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "modality" "modality" NOT NULL,
    "duration_minutes" INTEGER NOT NULL,
    "buffer_before_minutes" INTEGER NOT NULL,
    "buffer_after_minutes" INTEGER NOT NULL,
    "grid_minutes" INTEGER NOT NULL,
    "minimum_notice_minutes" INTEGER NOT NULL,
    "booking_horizon_days" INTEGER NOT NULL,
    "cancel_notice_minutes" INTEGER NOT NULL,
    "reschedule_notice_minutes" INTEGER NOT NULL,
    "late_cancel_fee_minor" INTEGER,
    "late_cancel_fee_currency" TEXT,
    "no_show_fee_minor" INTEGER,
    "no_show_fee_currency" TEXT,
    "requires_approval" BOOLEAN NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "healthcare_service_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "offered_service" (
    "practitioner_id" TEXT NOT NULL,
    "healthcare_service_id" TEXT NOT NULL,

    CONSTRAINT "offered_service_pkey" PRIMARY KEY ("practitioner_id","healthcare_service_id")
);

-- CreateTable
CREATE TABLE "schedule" (
    "id" TEXT NOT NULL,
    "practitioner_id" TEXT NOT NULL,
    "time_zone" TEXT NOT NULL,

    CONSTRAINT "schedule_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "availability_rule" (
    "id" TEXT NOT NULL,
    "schedule_id" TEXT NOT NULL,
    "day_of_week" "day_of_week" NOT NULL,
    "start_minute" INTEGER NOT NULL,
    "end_minute" INTEGER NOT NULL,
    "valid_from" DATE,
    "valid_to" DATE,

    CONSTRAINT "availability_rule_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "availability_exception" (
    "id" TEXT NOT NULL,
    "schedule_id" TEXT NOT NULL,
    "kind" "availability_exception_kind" NOT NULL,
    "starts_on" DATE NOT NULL,
    "ends_on" DATE NOT NULL,
    "start_minute" INTEGER,
    "end_minute" INTEGER,
    "reason" TEXT,

    CONSTRAINT "availability_exception_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "known_patient" (
    "id" TEXT NOT NULL,
    "heard_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "known_patient_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "appointment" (
    "id" TEXT NOT NULL,
    "patient_id" TEXT NOT NULL,
    "practitioner_id" TEXT NOT NULL,
    "healthcare_service_id" TEXT NOT NULL,
    "status" "appointment_status" NOT NULL,
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "ends_at" TIMESTAMPTZ(3) NOT NULL,
    "blocked_from" TIMESTAMPTZ(3) NOT NULL,
    "blocked_until" TIMESTAMPTZ(3) NOT NULL,
    "reason" TEXT,
    "cancel_reason_code" "cancellation_reason",
    "cancel_note" TEXT,
    "cancelled_late" BOOLEAN,
    "cancelled_at" TIMESTAMPTZ(3),
    "fee_minor" INTEGER,
    "fee_currency" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "appointment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "appointment_status_entry" (
    "appointment_id" TEXT NOT NULL,
    "sequence" INTEGER NOT NULL,
    "status" "appointment_status" NOT NULL,
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "changed_at" TIMESTAMPTZ(3) NOT NULL,
    "changed_by" TEXT NOT NULL,

    CONSTRAINT "appointment_status_entry_pkey" PRIMARY KEY ("appointment_id","sequence")
);

-- CreateTable
CREATE TABLE "waitlist_entry" (
    "id" TEXT NOT NULL,
    "patient_id" TEXT NOT NULL,
    "healthcare_service_id" TEXT NOT NULL,
    "practitioner_id" TEXT,
    "status" "waitlist_status" NOT NULL,
    "earliest_start" TIMESTAMPTZ(3),
    "latest_start" TIMESTAMPTZ(3),
    "joined_at" TIMESTAMPTZ(3) NOT NULL,
    "left_at" TIMESTAMPTZ(3),

    CONSTRAINT "waitlist_entry_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "practitioner_npi_key" ON "practitioner"("npi");

-- CreateIndex
CREATE INDEX "practitioner_family_name_given_name_id_idx" ON "practitioner"("family_name", "given_name", "id");

-- CreateIndex
CREATE INDEX "practitioner_specialty_family_name_given_name_id_idx" ON "practitioner"("specialty", "family_name", "given_name", "id");

-- CreateIndex
CREATE UNIQUE INDEX "practitioner_licence_state_number_key" ON "practitioner_licence"("state", "number");

-- CreateIndex
CREATE UNIQUE INDEX "healthcare_service_code_key" ON "healthcare_service"("code");

-- CreateIndex
CREATE INDEX "healthcare_service_name_id_idx" ON "healthcare_service"("name", "id");

-- CreateIndex
CREATE INDEX "offered_service_healthcare_service_id_practitioner_id_idx" ON "offered_service"("healthcare_service_id", "practitioner_id");

-- CreateIndex
CREATE UNIQUE INDEX "schedule_practitioner_id_key" ON "schedule"("practitioner_id");

-- CreateIndex
CREATE INDEX "availability_rule_schedule_id_idx" ON "availability_rule"("schedule_id");

-- CreateIndex
CREATE INDEX "availability_exception_schedule_id_starts_on_id_idx" ON "availability_exception"("schedule_id", "starts_on", "id");

-- CreateIndex
CREATE INDEX "appointment_patient_id_starts_at_id_idx" ON "appointment"("patient_id", "starts_at", "id");

-- CreateIndex
CREATE INDEX "appointment_practitioner_id_starts_at_id_idx" ON "appointment"("practitioner_id", "starts_at", "id");

-- CreateIndex
CREATE INDEX "waitlist_entry_patient_id_joined_at_id_idx" ON "waitlist_entry"("patient_id", "joined_at", "id");

-- AddForeignKey
ALTER TABLE "practitioner_licence" ADD CONSTRAINT "practitioner_licence_practitioner_id_fkey" FOREIGN KEY ("practitioner_id") REFERENCES "practitioner"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "offered_service" ADD CONSTRAINT "offered_service_practitioner_id_fkey" FOREIGN KEY ("practitioner_id") REFERENCES "practitioner"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "offered_service" ADD CONSTRAINT "offered_service_healthcare_service_id_fkey" FOREIGN KEY ("healthcare_service_id") REFERENCES "healthcare_service"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "schedule" ADD CONSTRAINT "schedule_practitioner_id_fkey" FOREIGN KEY ("practitioner_id") REFERENCES "practitioner"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "availability_rule" ADD CONSTRAINT "availability_rule_schedule_id_fkey" FOREIGN KEY ("schedule_id") REFERENCES "schedule"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "availability_exception" ADD CONSTRAINT "availability_exception_schedule_id_fkey" FOREIGN KEY ("schedule_id") REFERENCES "schedule"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "appointment" ADD CONSTRAINT "appointment_practitioner_id_fkey" FOREIGN KEY ("practitioner_id") REFERENCES "practitioner"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "appointment" ADD CONSTRAINT "appointment_healthcare_service_id_fkey" FOREIGN KEY ("healthcare_service_id") REFERENCES "healthcare_service"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "appointment_status_entry" ADD CONSTRAINT "appointment_status_entry_appointment_id_fkey" FOREIGN KEY ("appointment_id") REFERENCES "appointment"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "waitlist_entry" ADD CONSTRAINT "waitlist_entry_healthcare_service_id_fkey" FOREIGN KEY ("healthcare_service_id") REFERENCES "healthcare_service"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "waitlist_entry" ADD CONSTRAINT "waitlist_entry_practitioner_id_fkey" FOREIGN KEY ("practitioner_id") REFERENCES "practitioner"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- By hand from here: what must never happen, whatever the code does.

create extension if not exists btree_gist;

-- Requests that wait for somebody: looked through every minute, a handful of rows among all appointments ever.
create index appointment_open_requests on appointment (starts_at, id) where status = 'PENDING';

-- Nobody is in two places at once. The service takes advisory locks and looks first (a crowd of inserts against a bare
-- exclusion constraint deadlocks); these two are the last line.
alter table appointment add constraint appointment_practitioner_no_overlap
  exclude using gist (practitioner_id with =, tstzrange(blocked_from, blocked_until) with &&)
  where (status in ('PENDING', 'BOOKED', 'ARRIVED', 'CHECKED_IN'));
alter table appointment add constraint appointment_patient_no_overlap
  exclude using gist (patient_id with =, tstzrange(starts_at, ends_at) with &&)
  where (status in ('PENDING', 'BOOKED', 'ARRIVED', 'CHECKED_IN'));

alter table appointment
  add constraint appointment_time_check check (blocked_from <= starts_at and starts_at < ends_at and ends_at <= blocked_until),
  add constraint appointment_fee_check check ((fee_minor is null) = (fee_currency is null) and fee_minor > 0),
  add constraint appointment_cancellation_check check (
    case when status = 'CANCELLED'
      then cancel_reason_code is not null and cancelled_late is not null and cancelled_at is not null
      else cancel_reason_code is null and cancelled_late is null and cancelled_at is null and cancel_note is null
    end);

alter table practitioner add constraint practitioner_npi_check check (npi ~ '^[12][0-9]{9}$');
alter table practitioner_licence add constraint practitioner_licence_state_check check (state ~ '^[A-Z]{2}$');

alter table healthcare_service
  add constraint healthcare_service_time_check check (
    duration_minutes between 5 and 480 and buffer_before_minutes between 0 and 240 and buffer_after_minutes between 0 and 240
    and grid_minutes between 5 and 240 and 1440 % grid_minutes = 0),
  add constraint healthcare_service_notice_check check (
    minimum_notice_minutes between 0 and 43200 and cancel_notice_minutes between 0 and 43200
    and reschedule_notice_minutes between 0 and 43200 and booking_horizon_days between 1 and 730),
  add constraint healthcare_service_fee_check check (
    (late_cancel_fee_minor is null) = (late_cancel_fee_currency is null) and late_cancel_fee_minor > 0
    and (no_show_fee_minor is null) = (no_show_fee_currency is null) and no_show_fee_minor > 0);

alter table availability_rule
  add constraint availability_rule_time_check check (start_minute between 0 and 1439 and end_minute between 0 and 1439),
  add constraint availability_rule_validity_check check (valid_from <= valid_to);

alter table availability_exception
  add constraint availability_exception_dates_check check (ends_on between starts_on and starts_on + 366),
  add constraint availability_exception_time_check check (
    case when start_minute is null or end_minute is null
      then start_minute is null and end_minute is null and kind = 'TIME_OFF'
      else start_minute between 0 and 1439 and end_minute between 0 and 1439
    end);

-- A patient waits once for the same thing.
create unique index waitlist_entry_waiting_once on waitlist_entry (patient_id, healthcare_service_id, practitioner_id)
  nulls not distinct where status = 'WAITING';
alter table waitlist_entry
  add constraint waitlist_entry_left_check check ((status = 'LEFT') = (left_at is not null)),
  add constraint waitlist_entry_time_check check (earliest_start < latest_start);

-- What has happened stays.
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'integrity_constraint_violation';
end $$;
create trigger appointment_status_entry_append_only before update or delete on appointment_status_entry
  for each row execute function refuse_change();
create trigger appointment_status_entry_no_truncate before truncate on appointment_status_entry
  for each statement execute function refuse_change();
