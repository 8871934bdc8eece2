-- Tables that every subgraph's database has. Chassis code alone reads and writes them, by SQL; they are no Prisma models.

-- Events that happened here, in the transaction of the change they tell of. Never changed; kept for days for replay.
create table outbox_event (
  position      bigint generated always as identity primary key,
  id            text not null unique,
  type          text not null,
  subject       text not null,
  data          jsonb not null,
  causation_id  text not null,
  occurred_at   timestamptz(3) not null default clock_timestamp()
);

-- Counts the events of one aggregate to one consumer; its row lock keeps them in order.
create table outbox_sequence (
  consumer       text not null,
  subject        text not null,
  last_sequence  integer not null,
  primary key (consumer, subject)
);

create table outbox_delivery (
  consumer         text not null,
  position         bigint not null references outbox_event,
  subject          text not null,
  sequence         integer not null,
  delivered_at     timestamptz(3),
  attempts         integer not null default 0,
  next_attempt_at  timestamptz(3) not null default clock_timestamp(),
  last_error       text,
  primary key (consumer, position),
  unique (consumer, subject, sequence)
);
create index outbox_delivery_pending on outbox_delivery (consumer, position) where delivered_at is null;
create index outbox_delivery_pending_subject on outbox_delivery (consumer, subject, position) where delivered_at is null;

-- One call, so that the sequence row is locked before the position is drawn: positions of an aggregate then follow its sequence.
create function publish_event(event_id text, event_type text, event_subject text, event_data jsonb, cause text, consumers text[])
returns void language plpgsql as $$
declare
  heard_by text;
  sequences integer[] := '{}';
  next_sequence integer;
  new_position bigint;
begin
  foreach heard_by in array consumers loop
    insert into outbox_sequence as s (consumer, subject, last_sequence) values (heard_by, event_subject, 1)
    on conflict (consumer, subject) do update set last_sequence = s.last_sequence + 1
    returning last_sequence into next_sequence;
    sequences := sequences || next_sequence;
  end loop;
  insert into outbox_event (id, type, subject, data, causation_id)
  values (event_id, event_type, event_subject, event_data, cause)
  returning position into new_position;
  insert into outbox_delivery (consumer, position, subject, sequence)
  select heard.consumer, new_position, event_subject, heard.sequence
  from unnest(consumers, sequences) as heard (consumer, sequence);
end $$;

-- Events of others that were taken in. The row commits with their effect: at-least-once delivery, exactly-once effect.
create table inbox_event (
  event_id     text primary key,
  source       text not null,
  type         text not null,
  received_at  timestamptz(3) not null default clock_timestamp()
);
create index inbox_event_received_at on inbox_event (received_at);

-- The last sequence taken in of each aggregate of others: a jump is a gap.
create table inbox_position (
  source    text not null,
  subject   text not null,
  sequence  integer not null,
  primary key (source, subject)
);

-- When each source was last heard with nothing left to deliver: how fresh the read models fed by it are.
create table inbox_source (
  source    text primary key,
  heard_at  timestamptz(3) not null
);

create table idempotency_key (
  subject       text not null,
  key           text not null,
  operation     text not null,
  request_hash  text not null,
  outcome       jsonb,
  created_at    timestamptz(3) not null default clock_timestamp(),
  primary key (subject, key)
);
create index idempotency_key_created_at on idempotency_key (created_at);

-- Who treats whom: one row per appointment or visit that makes the relation.
create table treating_relation (
  source_id        text primary key,
  patient_id       text not null,
  practitioner_id  text not null,
  effective_at     timestamptz(3) not null
);
create index treating_relation_pair on treating_relation (patient_id, practitioner_id, effective_at);
create index treating_relation_practitioner on treating_relation (practitioner_id, patient_id, effective_at);

-- Who may act for whom.
create table proxy_relation (
  grant_id          text primary key,
  patient_id        text not null,
  proxy_patient_id  text not null,
  -- The first day on which it no longer holds; null: until revoked.
  ends_on           date
);
create index proxy_relation_patient on proxy_relation (patient_id);
create index proxy_relation_proxy on proxy_relation (proxy_patient_id);
