create extension if not exists btree_gist;

-- CreateEnum
CREATE TYPE "visit_status" AS ENUM ('PLANNED', 'ARRIVED', 'IN_PROGRESS', 'ONLEAVE', 'FINISHED', 'CANCELLED');

-- CreateEnum
CREATE TYPE "visit_cancellation_reason" AS ENUM ('APPOINTMENT_CANCELLED', 'PATIENT_NO_SHOW', 'PATIENT_REQUEST', 'PRACTITIONER_UNAVAILABLE', 'TECHNICAL_PROBLEM', 'OTHER');

-- CreateEnum
CREATE TYPE "visit_participant_role" AS ENUM ('PATIENT', 'PROXY', 'PRACTITIONER');

-- CreateTable
CREATE TABLE "visit" (
    "id" TEXT NOT NULL,
    "appointment_id" TEXT NOT NULL,
    "patient_id" TEXT NOT NULL,
    "practitioner_id" TEXT NOT NULL,
    "service_code" TEXT NOT NULL,
    "status" "visit_status" NOT NULL,
    "status_since" TIMESTAMPTZ(3) NOT NULL,
    "planned_start_at" TIMESTAMPTZ(3) NOT NULL,
    "planned_end_at" TIMESTAMPTZ(3) NOT NULL,
    "started_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "cancellation_reason" "visit_cancellation_reason",
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "visit_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "visit_status_history" (
    "visit_id" TEXT NOT NULL,
    "sequence" INTEGER NOT NULL,
    "status" "visit_status" NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "visit_status_history_pkey" PRIMARY KEY ("visit_id","sequence")
);

-- CreateTable
CREATE TABLE "visit_presence" (
    "visit_id" TEXT NOT NULL,
    "sequence" INTEGER NOT NULL,
    "role" "visit_participant_role" NOT NULL,
    "person_id" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "visit_presence_pkey" PRIMARY KEY ("visit_id","sequence")
);

-- CreateTable
CREATE TABLE "clinical_note" (
    "id" TEXT NOT NULL,
    "visit_id" TEXT NOT NULL,
    "patient_id" TEXT NOT NULL,
    "author_id" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    "subjective" TEXT,
    "objective" TEXT,
    "assessment" TEXT,
    "plan" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "signed_at" TIMESTAMPTZ(3),
    "signed_by_id" TEXT,
    "content_hash" TEXT,

    CONSTRAINT "clinical_note_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "note_addendum" (
    "id" TEXT NOT NULL,
    "note_id" TEXT NOT NULL,
    "author_id" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "content_hash" TEXT NOT NULL,

    CONSTRAINT "note_addendum_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "visit_appointment_id_key" ON "visit"("appointment_id");

-- CreateIndex
CREATE INDEX "visit_patient_id_planned_start_at_id_idx" ON "visit"("patient_id", "planned_start_at", "id");

-- CreateIndex
CREATE INDEX "visit_practitioner_id_planned_start_at_id_idx" ON "visit"("practitioner_id", "planned_start_at", "id");

-- CreateIndex
CREATE UNIQUE INDEX "clinical_note_visit_id_key" ON "clinical_note"("visit_id");

-- CreateIndex
CREATE INDEX "note_addendum_note_id_created_at_id_idx" ON "note_addendum"("note_id", "created_at", "id");

-- AddForeignKey
ALTER TABLE "visit_status_history" ADD CONSTRAINT "visit_status_history_visit_id_fkey" FOREIGN KEY ("visit_id") REFERENCES "visit"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "visit_presence" ADD CONSTRAINT "visit_presence_visit_id_fkey" FOREIGN KEY ("visit_id") REFERENCES "visit"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "clinical_note" ADD CONSTRAINT "clinical_note_visit_id_fkey" FOREIGN KEY ("visit_id") REFERENCES "visit"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "note_addendum" ADD CONSTRAINT "note_addendum_note_id_fkey" FOREIGN KEY ("note_id") REFERENCES "clinical_note"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- By hand from here on: what Prisma's schema language cannot say.

-- The waiting room of one practitioner, the longest waiting first: a handful of rows among all visits ever.
create index visit_waiting_room on visit (practitioner_id, status_since, id) where status = 'ARRIVED';

-- What a status promises about the times beside it.
alter table visit
  add constraint visit_planned_end_after_start check (planned_end_at > planned_start_at),
  add constraint visit_started_when_admitted check ((started_at is not null) = (status in ('IN_PROGRESS', 'ONLEAVE', 'FINISHED'))),
  add constraint visit_ended_when_finished check ((ended_at is not null) = (status = 'FINISHED')),
  add constraint visit_ends_after_start check (ended_at >= started_at),
  add constraint visit_reason_when_cancelled check ((cancellation_reason is not null) = (status = 'CANCELLED'));

-- The history of states: periods of one visit never overlap, one is open, and (below) there is no gap between them.
alter table visit_status_history
  add constraint visit_status_history_period check (ended_at >= started_at),
  add constraint visit_status_history_sequence check (sequence >= 1),
  add constraint visit_status_history_no_overlap exclude using gist (visit_id with =, tstzrange(started_at, ended_at) with &&);
create unique index visit_status_history_one_open on visit_status_history (visit_id) where ended_at is null;

-- Nobody is in one visit twice at a time.
alter table visit_presence
  add constraint visit_presence_period check (ended_at >= started_at),
  add constraint visit_presence_sequence check (sequence >= 1),
  add constraint visit_presence_no_overlap exclude using gist (visit_id with =, person_id with =, tstzrange(started_at, ended_at) with &&);

-- A note is signed as a whole: who, when and what (sha-256 in hex), or not at all.
alter table clinical_note
  add constraint clinical_note_revision check (revision >= 1),
  add constraint clinical_note_signed_whole check (num_nonnulls(signed_at, signed_by_id, content_hash) in (0, 3)),
  add constraint clinical_note_hash_form check (content_hash ~ '^[0-9a-f]{64}$'),
  add constraint clinical_note_signed_by_author check (signed_by_id = author_id);
alter table note_addendum
  add constraint note_addendum_hash_form check (content_hash ~ '^[0-9a-f]{64}$'),
  add constraint note_addendum_not_empty check (btrim(text) <> '');

-- At commit the history of a visit is whole: counted from 1, each period begins when the one before ends, and the open
-- one is the status of the visit. Deferred, because closing one period and opening the next are two statements.
create function visit_history_is_whole() returns trigger language plpgsql as $$
declare
  subject text := case when tg_table_name = 'visit' then to_jsonb(new) ->> 'id' else to_jsonb(new) ->> 'visit_id' end;
  broken boolean;
begin
  select coalesce(bool_or(
           period.sequence <> period.place
           or period.ended_at is distinct from period.next_started_at
           or (period.next_started_at is null and (period.status <> visit.status or period.started_at <> visit.status_since))
         ), true)
    into broken
    from visit
    join (
      select visit_id, sequence, status, started_at, ended_at,
             row_number() over (order by sequence) as place,
             lead(started_at) over (order by sequence) as next_started_at
        from visit_status_history where visit_id = subject
    ) as period on period.visit_id = visit.id
   where visit.id = subject;
  if broken then
    raise exception 'the status history of visit % has a gap or disagrees with the visit', subject
      using errcode = 'integrity_constraint_violation', constraint = 'visit_history_is_whole';
  end if;
  return null;
end $$;
create constraint trigger visit_history_is_whole after insert or update of status, status_since on visit
  deferrable initially deferred for each row execute function visit_history_is_whole();
create constraint trigger visit_status_history_is_whole after insert or update on visit_status_history
  deferrable initially deferred for each row execute function visit_history_is_whole();

-- Clinical records are never deleted.
create function visit_refuse_delete() returns trigger language plpgsql as $$
begin
  raise exception 'rows of % are never deleted', tg_table_name
    using errcode = 'restrict_violation', constraint = tg_table_name || '_never_deleted';
end $$;
create trigger visit_never_deleted before delete or truncate on visit for each statement execute function visit_refuse_delete();
create trigger visit_status_history_never_deleted before delete or truncate on visit_status_history for each statement execute function visit_refuse_delete();
create trigger visit_presence_never_deleted before delete or truncate on visit_presence for each statement execute function visit_refuse_delete();
create trigger clinical_note_never_deleted before delete or truncate on clinical_note for each statement execute function visit_refuse_delete();
create trigger note_addendum_never_deleted before delete or truncate on note_addendum for each statement execute function visit_refuse_delete();

-- A period that is written changes once: when it ends.
create function visit_period_ends_once() returns trigger language plpgsql as $$
begin
  if old.ended_at is not null or new.ended_at is null
     or (to_jsonb(new) - 'ended_at') is distinct from (to_jsonb(old) - 'ended_at') then
    raise exception 'a period of % can only be ended, once', tg_table_name
      using errcode = 'restrict_violation', constraint = tg_table_name || '_ends_once';
  end if;
  return new;
end $$;
create trigger visit_status_history_ends_once before update on visit_status_history for each row execute function visit_period_ends_once();
create trigger visit_presence_ends_once before update on visit_presence for each row execute function visit_period_ends_once();

-- A signed note never changes; what is said later is an addendum.
create function clinical_note_refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'clinical note % is signed and cannot change', old.id
    using errcode = 'restrict_violation', constraint = 'clinical_note_immutable_when_signed';
end $$;
create trigger clinical_note_immutable_when_signed before update on clinical_note
  for each row when (old.signed_at is not null) execute function clinical_note_refuse_change();

create function note_addendum_refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'note addendum % cannot change', old.id
    using errcode = 'restrict_violation', constraint = 'note_addendum_immutable';
end $$;
create trigger note_addendum_immutable before update on note_addendum
  for each row execute function note_addendum_refuse_change();

-- An addendum stands below a signed note only, and a note is signed only when its visit is finished.
create function note_addendum_needs_signed_note() returns trigger language plpgsql as $$
begin
  if not exists (select from clinical_note where id = new.note_id and signed_at is not null) then
    raise exception 'note % is not signed: it takes no addendum', new.note_id
      using errcode = 'restrict_violation', constraint = 'note_addendum_needs_signed_note';
  end if;
  return new;
end $$;
create trigger note_addendum_needs_signed_note before insert on note_addendum
  for each row execute function note_addendum_needs_signed_note();

create function clinical_note_needs_finished_visit() returns trigger language plpgsql as $$
begin
  if not exists (select from visit where id = new.visit_id and status = 'FINISHED') then
    raise exception 'visit % is not finished: its note cannot be signed', new.visit_id
      using errcode = 'restrict_violation', constraint = 'clinical_note_needs_finished_visit';
  end if;
  return new;
end $$;
create trigger clinical_note_needs_finished_visit before insert or update on clinical_note
  for each row when (new.signed_at is not null) execute function clinical_note_needs_finished_visit();
