-- Sensitive columns are encrypted by the service before they come here: see docs/protection.md.

-- Data keys, each wrapped by a key-encryption key that the database never sees. One row per patient and version.
create table data_key (
  -- `pat_…`, or what else has a key of its own.
  subject      text not null,
  version      integer not null check (version >= 1),
  kek_id       text not null,
  wrapped_key  bytea not null,
  created_at   timestamptz(3) not null default clock_timestamp(),
  primary key (subject, version)
);
create index data_key_kek_id on data_key (kek_id);

-- Without its key a cipher text is lost for good.
create function keep_data_keys() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and (new.subject, new.version, new.created_at) is not distinct from (old.subject, old.version, old.created_at) then
    return new;
  end if;
  raise exception 'data keys are kept for good; only their wrapping changes' using errcode = 'restrict_violation', constraint = 'data_key_kept';
end $$;
create trigger data_key_kept before update or delete on data_key for each row execute function keep_data_keys();
create trigger data_key_no_truncate before truncate on data_key for each statement execute function keep_data_keys();

-- The form in which a text is stored that was encrypted.
create function is_sealed(stored text) returns boolean language sql immutable parallel safe as $$
  select stored ~ '^v1\.[1-9][0-9]{0,8}\.[A-Za-z0-9_-]{16}\.[A-Za-z0-9_-]{22,}$'
$$;

-- Has the database refuse plain text in a column. What stands there already is encrypted by the service when it starts,
-- which then validates the constraint. Call it once per column, from a migration of the subgraph.
create function refuse_plain_text(protected regclass, column_name text) returns void language plpgsql as $$
declare
  name text := format('%s_%s_sealed', protected, column_name);
  filled boolean;
begin
  execute format('alter table %s add constraint %I check (%I is null or is_sealed(%I)) not valid', protected, name, column_name, column_name);
  execute format('select exists (select from %s)', protected) into filled;
  if not filled then
    execute format('alter table %s validate constraint %I', protected, name);
  end if;
end $$;

-- Whether an update only encrypts anew: it was announced as that in this transaction, and nothing differs but the cipher
-- text of these columns. For the guards of rows that never change. That the plain text is the same is not for the database
-- to see: what is signed has a hash of its plain text beside it, and the hash cannot change.
create function only_sealed_anew(before jsonb, after jsonb, protected text[]) returns boolean language sql stable as $$
  select coalesce(current_setting('chassis.seal_anew', true), '') = 'on'
    and before - protected = after - protected
    and not exists (select from unnest(protected) as name where (before -> name = 'null') is distinct from (after -> name = 'null'))
$$;
