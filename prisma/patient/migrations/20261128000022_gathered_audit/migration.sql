-- Audit records of every service, gathered for patients and the privacy officer. A copy of each chain, and so an anchor of it.
create table "gathered_audit_event" (
  "id" text not null primary key,
  "source" text not null,
  "sequence" bigint not null,
  "hash" text not null,
  "audit_id" bigint not null,
  "recorded_at" timestamptz(3) not null,
  "action" text not null,
  "outcome" text not null,
  "subject" text not null,
  "role" text not null,
  "actor" text,
  "client_id" text,
  "purpose" text not null,
  "patient_id" text,
  "entities" text[],
  "entity_count" integer not null,
  "address" text,
  "request_id" text not null,
  "operation_hash" text,
  "break_glass_grant_id" text
);
create unique index "gathered_audit_event_source_sequence_key" on "gathered_audit_event" ("source", "sequence");
create index "gathered_audit_event_patient_id_recorded_at_id_idx" on "gathered_audit_event" ("patient_id", "recorded_at", "id");
create index "gathered_audit_event_recorded_at_id_idx" on "gathered_audit_event" ("recorded_at", "id");
create index "gathered_audit_event_subject_recorded_at_id_idx" on "gathered_audit_event" ("subject", "recorded_at", "id");
create index "gathered_audit_event_request_id_idx" on "gathered_audit_event" ("request_id");

create trigger gathered_audit_event_only_grows before update or delete or truncate on gathered_audit_event
  for each statement execute function audit_refuse_change();
revoke update, delete, truncate on gathered_audit_event from current_user;
